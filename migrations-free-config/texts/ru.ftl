# Что бот говорит по-русски. Коротко, тепло, по делу.
# Чтобы сказать партнёрам иначе, положите рядом с файлом настроек texts/ru.ftl, а в нём – только тексты, которые меняете: всё до «Слов в таблице».
# Слова самих таблиц (столбцы, статусы, действия) приходят из настроек: $word-publish и другие.

# Как фирма зовёт себя
firm = служба поддержки партнёров

## Знакомство
welcome =
    Здравствуйте! Это { firm }. Здесь можно написать специалистам и получить ответ.

    Сначала познакомимся: пришлите код партнёра, затем нажмите кнопку «{ share-contact }» внизу.
share-contact = Отправить мой номер
kept-before-registration =
    Сообщение сохранили. Чтобы передать его специалисту, сначала познакомимся: пришлите код партнёра, затем нажмите кнопку «{ share-contact }» внизу.
kept-is-full =
    Мы сохранили первые { $limit } ваших сообщений, больше сохранить не получится. Пришлите код партнёра и нажмите кнопку «{ share-contact }» – и передадим их специалисту.
phone-wanted = Код записали. Теперь нажмите кнопку «{ share-contact }» внизу, чтобы мы убедились, что это вы.
code-wanted = Номер получили. Теперь пришлите код партнёра.
contact-of-another = Это не ваш контакт. Нажмите, пожалуйста, кнопку «{ share-contact }» – так Telegram подтвердит, что номер ваш.
phone-typed = Похоже, это телефон. Набирать его не нужно: нажмите кнопку «{ share-contact }» внизу – так Telegram подтвердит, что номер ваш. Если это код партнёра, проверьте его и пришлите ещё раз через минуту.
phone-unreadable = Не получилось разобрать этот номер. Напишите, пожалуйста, вашему менеджеру – он проверит телефон в списке.
not-matched =
    Такой пары кода и телефона в списке нет. Код мы прочли так: «{ $code }». Проверьте его и пришлите ещё раз.

    Если всё верно, напишите вашему менеджеру: возможно, в списке указан другой телефон.
too-many-tries =
    { $minutes ->
        [one] Попыток было слишком много. Попробуйте снова через { $minutes } минуту.
        [few] Попыток было слишком много. Попробуйте снова через { $minutes } минуты.
       *[many] Попыток было слишком много. Попробуйте снова через { $minutes } минут.
    }
shortly = Проверяем. Ответим совсем скоро, ничего присылать заново не нужно.
bound-to-another = Этот код уже привязан к другому Telegram. Если вы сменили аккаунт, напишите вашему менеджеру.
registered =
    Готово, { $name }! Теперь просто напишите, что случилось, – передадим специалисту и вернёмся с ответом.

    /appeals – ваши обращения
    /promotions – действующие акции
    /help – подсказка
code-added = Готово, добавили код { $code }. Новые обращения пишем под ним; сменить – /code
code-current = Новые обращения пишем под кодом { $code }. Сменить:
code-moved = Обращение № { $number } теперь под кодом { $code }, новые тоже пишем под ним. Сменить:
code-moved-unnumbered = Ваше обращение теперь под кодом { $code }, новые тоже пишем под ним. Сменить:
code-later = Со следующего обращения пишем под кодом { $code }. На обращение № { $number } уже отвечают, оно остаётся под кодом { $kept }. Сменить:
code-only = Ваш код – { $code }. Есть ещё один? Просто пришлите его сюда.
code-button = Писать под кодом { $code }
code-revoked = Код { $code } больше не привязан к этому чату, остальные ваши коды – как были. Если это ошибка, напишите вашему менеджеру.
kept-offer =
    { $count ->
        [one] До знакомства вы прислали { $count } сообщение. Передать его специалисту?
        [few] До знакомства вы прислали { $count } сообщения. Передать их специалисту?
       *[many] До знакомства вы прислали { $count } сообщений. Передать их специалисту?
    }
kept-send = Да, передать
kept-drop = Нет, не нужно
kept-dropped = Хорошо, не передаём.
kept-gone = Эти сообщения уже переданы или устарели. Если вопрос остался, просто напишите его.

## Обращения
help =
    Напишите сюда вопрос обычным сообщением – он попадёт к специалисту, а ответ придёт в этот чат.

    /appeals – ваши обращения
    /promotions – действующие акции
    /stop – больше не писать об акциях, /resume – писать снова
receipt = Приняли, обращение № { $number }. Ответим здесь же.
receipt-unnumbered = Приняли ваше обращение. Номер появится здесь чуть позже, ответим в этом же чате.
opening = Ответим { $day } после { $time }.
opening-by-day = Ответим { $day }.
opening-today = сегодня
opening-tomorrow = завтра
opening-weekday =
    { $weekday ->
        [1] в понедельник
        [2] во вторник
        [3] в среду
        [4] в четверг
        [5] в пятницу
        [6] в субботу
       *[7] в воскресенье
    }
opening-date = { day-of-month }
receipt-now = Обращение № { $number } – { $status }.
added = Добавили к обращению № { $number }.
added-unnumbered = Добавили к вашему обращению.
answer-heading = Ответ на обращение № { $number }
answer-withdrawn = Ответ отозван.
answer-part-withdrawn = Эта часть ответа отозвана.
written-first = Вам пишет { firm }, обращение № { $number }. Чтобы ответить, просто напишите сюда:
nameless = коллега
closed = Обращение № { $number } решено. Если вопрос остался, просто напишите – откроем новое.
rated = Обращение № { $number } решено. Ваша оценка: { $thumb }, спасибо! Если вопрос остался, просто напишите – откроем новое.
rating-remark = Добавить пару слов
remark-wanted = Напишите одним сообщением, что понравилось или что исправить.
remark-no = Не нужно
remark-none = Хорошо, оставим только оценку.
remark-taken = Спасибо, передали.
welcomed = Всегда пожалуйста!
revoked = Ваш код больше не привязан к этому чату. Если это ошибка, напишите вашему менеджеру, а потом пришлите код ещё раз.
appeals-none = Обращений пока нет. Напишите вопрос обычным сообщением.
appeals-heading = Ваши обращения:
appeals-line = № { $number } от { $date } – { $status }
appeals-line-undated = № { $number } – { $status }
appeals-line-unnumbered = Без номера (он появится позже) – { $status }
appeals-open = № { $number }
appeals-open-unnumbered = Без номера
dialogue-heading =
    { $pages ->
        [1] { $appeal }
       *[other] { $appeal } (страница { $page } из { $pages })
    }
dialogue-partner = Вы, { $at }
dialogue-specialist = Специалист, { $at }
dialogue-before = Более ранняя переписка есть у специалиста.
dialogue-earlier = ‹ Раньше
dialogue-later = Позже ›
dialogue-back = К списку
button-appeals = Мои обращения
button-promotions = Акции
status-new = новое
status-in-work = в работе
status-forwarded = передано специалисту
status-ai-answer = ответ ИИ
status-resolved = решено
nothing-in-it = В сообщении ничего не видно: похоже, скопировались только невидимые знаки. Напишите, пожалуйста, ещё раз.
not-passed-on = Такое сообщение специалисту не передать. Опишите, пожалуйста, вопрос словами, пришлите фото или файл.
too-fast = Слишком много сообщений подряд. Подождите, пожалуйста, минуту и напишите снова.
too-fast-recorded = Сообщений очень много, но мы записали каждое. Специалист всё прочитает.
announcements-off = Хорошо, об акциях больше не пишем. Ответы на обращения придут как обычно. Вернуть акции – /resume
promotion-button = Подробнее
promotions-none = Сейчас акций нет. Когда появятся, сразу напишем.
promotions-heading =
    { $pages ->
        [1] Действующие акции:
       *[other] Действующие акции, страница { $page } из { $pages }:
    }
date = { day-of-month } { $year }
day-of-month =
    { $month ->
        [1] { $day } января
        [2] { $day } февраля
        [3] { $day } марта
        [4] { $day } апреля
        [5] { $day } мая
        [6] { $day } июня
        [7] { $day } июля
        [8] { $day } августа
        [9] { $day } сентября
        [10] { $day } октября
        [11] { $day } ноября
       *[12] { $day } декабря
    }
page-newer = ‹ Новее
page-older = Ещё ›
announcements-on = Снова будем рассказывать об акциях. Отключить – /stop
chat-number = Номер этого чата: { $chat }
private-only = Здравствуйте! Я отвечаю только в личном чате: откройте мой профиль и нажмите «Написать».

## Ссылки на файлы
link-expired = Срок ссылки истёк. Попросите партнёра прислать файл ещё раз.
link-unknown = Такой ссылки нет. Проверьте, что она скопирована целиком.
link-file-gone = Telegram больше не хранит этот файл.
link-file-later = Telegram сейчас не отвечает. Откройте ссылку чуть позже.

## Меню бота
menu-start = Начать
menu-appeals = Мои обращения
menu-promotions = Действующие акции
menu-help = Подсказка

## Слова в таблице
history-specialist = Специалист: { $text }
history-specialist-named = Специалист ({ $name }): { $text }
history-note = Заметка: { $text }
history-archived = … более раннее – на листе «{ $tab }», № { $number }, часть { $part }
file-photo = Фото
file-video = Видео
file-animation = Анимация
file-audio = Аудио
file-voice = Голосовое сообщение
file-video-note = Видеосообщение
file-document = Файл
file-sticker = Стикер
file-named = { $kind } «{ $name }»
file-sized = { $file }, { $size }
size-bytes = { $bytes } Б
size-kilobytes = { $kilobytes } КБ
size-megabytes = { $whole },{ $tenths } МБ
line-file = { $described }: { $link }
line-file-no-address = { $described } (ссылки нет: у сервиса не задан адрес в интернете, настройка http.public_url)
line-file-too-large = { $described } (ссылки нет: файлы больше 20 МБ Telegram ботам не отдаёт. Попросите прислать ссылкой или частями)
line-contact = Контакт: { $name }, { $phone }
line-contact-name = Контакт: { $name } (без номера)
line-contact-number = Контакт: { $phone }
line-contact-empty = Контакт без имени и номера
line-described = [{ $kind }] { $words }
other-checklist = список
other-contact = контакт
other-document = файл
other-game = игра
other-gift = подарок
other-giveaway = розыгрыш
other-invoice = счёт
other-paid-media = платное фото
other-photo = фото
other-poll = опрос
other-sound = звук
other-story = история
other-unknown = вложение
other-video = видео
line-place = Место: { $name }, https://maps.google.com/maps?q={ $position }
line-position = Место: https://maps.google.com/maps?q={ $position }
line-poll = Опрос: { $question }
line-forwarded = Переслано ({ $from }): { $text }
line-forwarded-nobody = Переслано: { $text }
line-reply = В ответ на «{ $quote }»: { $text }
line-changed =
    { $text }
    (изменено в { $time }, было: { $before })
line-corrected = Изменённое сообщение: { $text }
line-withdrawn =
    { $before }
    (отозвано в { $time })
line-taken-back = Отозванный ответ: { $text }
line-recoded = Код изменён: { $before } → { $after }
line-rated = Оценка { $thumb }: { $words }
delivery-grace = ждёт до { $time }: очистите ячейку, чтобы отменить
delivery-formula = не доставлено: в ячейке формула, и её значение изменилось. Впишите ответ текстом – отправим
delivery-formula-kept = доставлено { $time }; в ячейке формула, очистите её сами
delivery-unready = ждёт: в ячейке «{ $shown }», это не ответ. Исправьте формулу или впишите текст – отправим
delivery-unready-held = ждёт: в ячейке «{ $shown }», это не ответ. Когда появится значение, придержим: оно могло стоять здесь до запуска
delivery-noted = заметка в диалоге с { $time }, партнёр её не видит
delivery-waiting = ждёт отправки
delivery-held = ждёт: ответ стоял здесь до запуска. Чтобы отправить, измените текст или попросите администратора
delivery-no-template = ждёт: шаблона «/{ $name }» нет, похожий – «/{ $nearest }». Исправьте имя, а чтобы отправить как есть, поставьте перед «/» пробел
delivery-no-templates = ждёт: шаблона «/{ $name }» нет. Исправьте имя, а чтобы отправить как есть, поставьте перед «/» пробел
delivery-held-copied = ждёт: строка новая, а номер или диалог в ней уже есть, похоже на копию. Чтобы отправить, измените текст или попросите администратора
unaddressed-code = ждёт: такого кода нет в списке партнёров. Исправьте код – отправим
unaddressed-unregistered = ждёт: партнёр ещё не зарегистрировался в боте. Зарегистрируется – отправим
unaddressed-standing = ждёт: ответ стоял здесь до запуска. Чтобы отправить, измените текст
delivery-mixed = остановлено: прежняя версия смешала здесь обращения нескольких партнёров, ответ не отправляется. Напишите партнёру сами; его новое сообщение откроет новую строку
delivery-delivered = доставлено { $time }
delivery-delivered-maybe-twice = доставлено { $time }, возможно дважды
delivery-blocked = заблокировал бота, отправим, когда вернётся
delivery-unknown = неизвестно: ответ Telegram не дошёл. Чтобы отправить ещё раз, измените текст
delivery-unknown-twice = неизвестно, отправлено дважды
delivery-deactivated = не доставлено: аккаунт партнёра удалён
delivery-chat-not-found = не доставлено: партнёр ещё не писал боту
delivery-gave-up = не доставлено: Telegram не отвечал сутки. Чтобы отправить ещё раз, измените текст
delivery-file-forbidden = не доставлено: по этому адресу файл взять нельзя. Поставьте ссылку из интернета или напишите её внутри текста
delivery-file-unreachable = не доставлено: сайт с файлом не отвечает. Проверьте ссылку или напишите её внутри текста – отправим как есть
delivery-file-status = не доставлено: по ссылке нет файла (ответ сайта { $status }). Поправьте её или напишите внутри текста – отправим как есть
delivery-file-too-large = не доставлено: файл по ссылке больше 50 МБ, Telegram столько не принимает. Напишите ссылку внутри текста – отправим как есть
delivery-file-not-a-picture = не отправлено: по ссылке не картинка и не видео
delivery-file-private = не доставлено: файл на Google Диске закрыт. Откройте доступ по ссылке и впишите ответ заново
delivery-refused = не доставлено: Telegram отказал ({ $words })
delivery-correcting = правим ответ до { $time }: измените текст, очистите ячейку – отзовём
delivery-correcting-soon = правим ответ: исправим в { $time }, если не измените ещё раз
delivery-withdrawing-soon = правим ответ: отзовём в { $time }, если ячейка останется пустой
delivery-corrected = доставлено: исправлено в { $time }
delivery-corrected-old = доставлено: исправлено в { $time }; что старше двух суток, удалить нельзя, там написали «отозвано», файлы остались
delivery-corrected-copy = доставлено: исправлено в { $time }; если тот ответ дошёл дважды, вторая копия осталась прежней
delivery-withdrawn = отозвано в { $time }
delivery-withdrawn-old = отозвано в { $time }: ответ старше двух суток, вместо него партнёр читает «Ответ отозван», файлы остались
delivery-withdrawn-copy = отозвано в { $time }; если тот ответ дошёл дважды, вторая копия осталась
delivery-uncorrected = правим ответ: не получилось, { $why }; у партнёра всё как было. «{ $word-send-again }» отправит текст из ячейки новым ответом
delivery-uncorrected-partly = правим ответ: исправлена только часть, { $why }. «{ $word-send-again }» отправит текст из ячейки новым ответом
unchangeable-gone = сообщения у партнёра уже нет
unchangeable-fixed = Telegram больше не даёт его изменить
unchangeable-blocked = партнёр заблокировал бота
unchangeable-no-chat = чата с партнёром больше нет
unchangeable-gave-up = Telegram не отвечал
unchangeable-file = файл по ссылке не взять
unchangeable-refused = Telegram отказал ({ $words })
declined-nothing-to-correct = правим ответ: нечего, наших ответов, которые можно изменить, здесь нет. Впишите новый – отправим
declined-occupied = правим ответ: в ячейке другой текст, он не отправлен. Очистите её и выберите «{ $word-correct }» снова или измените текст – отправим новым ответом
declined-on-its-way = ждёт отправки: когда ответ дойдёт, его можно будет исправить
declined-nothing-to-send = не доставлено: в ячейке пусто, отправлять нечего. Впишите ответ
declined-delivered = доставлено { $time }, снова не отправляем. Нужно повторить – впишите ответ ещё раз
delivery-aside = ждёт: в чате уже ответили, этот текст не отправлен. Измените его – отправим
delivery-aside-after = { $words }; ответили в чате, а этот текст не отправлен: измените его – отправим
stopped-moved = остановлено: строки сдвинулись, пока мы писали. Найдём эту строку и перепишем
stopped-doubled = остановлено: этот № стоит в нескольких строках, удалите лишние
stopped-mismatched = остановлено: № и telegram_id этой строки не подходят друг к другу, отмените сортировку или вставку
stopped-unknown = остановлено: эти номера выдавали не мы, ответы из этих строк не отправляются. Очистите в них № – строки получат новые номера
stopped-unreadable = остановлено: telegram_id этой строки не читается. Верните в ячейку число целиком, одними цифрами
stopped-missing = остановлено: строка пропала, её можно вернуть через историю версий таблицы

## Столбец «Рассылка»
mailing-ready =
    { $count ->
        [one] готово: { $shown } получатель, { $time }
        [few] готово: { $shown } получателя, { $time }
       *[many] готово: { $shown } получателей, { $time }
    }
mailing-ready-uncounted = готово; сколько получателей, скажем, когда прочитаем список партнёров
mailing-status-by-hand = сам по себе статус ничего не рассылает: выберите «{ $word-publish }»
mailing-faulty = ещё не готово: { $faults }
mailing-scheduled = разошлём { $at }
mailing-held = не разослана, хотя ждала { $at }. «{ $word-publish }» – разослать сейчас, «{ $word-cancel }» – не рассылать
mailing-adopted = объявлена раньше
mailing-preparing = готовим картинку
mailing-halted = не разослана: { $why }
mailing-halted-midway = { $progress }, остановлена: { $why }
mailing-halted-lost = не разослана: её строки не было. Чтобы разослать, выберите «{ $word-publish }»
mailing-running = { $progress }, осталось { $left } ({ $percent } %)
mailing-quiet = { $progress }; тихие часы, продолжим в { $until }
mailing-paused = пауза: { $progress }. «{ $word-resume }» или «{ $word-cancel }»
mailing-cancelled = отменена: { $progress }
mailing-cancelled-before = отменена: никто её не получил
mailing-over = разослана { $at }: { $progress }
mailing-progress = { $sent } из { $all }
mailing-failed = не доставлено { $count }
mailing-skipped = заблокировали бота или отписались: { $count }
mailing-unknown = неизвестно { $count }
fault-no-title = нет названия
fault-no-description = нет описания
fault-no-start = нет даты начала
fault-no-end = нет даты окончания
fault-start-unreadable = дата начала непонятна, нужно как 31.12.2026
fault-end-unreadable = дата окончания непонятна, нужно как 31.12.2026
fault-start-two-ways = дату начала можно прочесть и как { $one }, и как { $other }: напишите так, как верно
fault-end-two-ways = дату окончания можно прочесть и как { $one }, и как { $other }: напишите так, как верно
fault-start-far = дата начала дальше трёх лет от сегодняшней: проверьте год, нужно как 31.12.2026
fault-end-before-start = окончание раньше начала
fault-end-passed = дата окончания уже прошла
fault-unready =
    { $cell ->
        [title] в «Названии»
        [starts] в «Дате начала»
        [ends] в «Дате окончания»
        [content] в «Контенте»
        [link] в «Ссылке»
       *[description] в «Описании»
    } стоит ошибка или загрузка, а не текст: исправьте формулу
fault-link-broken = в «Ссылке» не адрес сайта, нужно как https://example.ru
fault-link-is-mail = в «Ссылке» почтовый адрес, а кнопка открывает только сайты, нужно как https://example.ru; почту напишите в описании
fault-content-broken = в «Контенте» не картинка: нужна одна ссылка на неё
fault-content-unshown = в «Контенте» формула (например, =IMAGE), картинку которой видно только в таблице: вставьте саму ссылку на картинку или очистите ячейку
fault-too-long =
    { $over ->
        [one] текст длиннее, чем берёт Telegram, на { $over } знак
        [few] текст длиннее, чем берёт Telegram, на { $over } знака
       *[many] текст длиннее, чем берёт Telegram, на { $over } знаков
    }
obstacle-forbidden = по этому адресу картинку взять нельзя. Поставьте ссылку из интернета или очистите «{ $word-content }» и выберите «{ $word-publish }»
obstacle-unreachable = сайт с картинкой не отвечает. Проверьте ссылку или очистите «{ $word-content }» и выберите «{ $word-publish }»
obstacle-status = по ссылке нет картинки (ответ сайта { $status }). Исправьте ссылку или очистите «{ $word-content }» и выберите «{ $word-publish }»
obstacle-too-large = файл по ссылке больше 50 МБ. Возьмите поменьше или очистите «{ $word-content }» и выберите «{ $word-publish }»
obstacle-not-a-picture = по ссылке не картинка и не видео. Исправьте ссылку или очистите «{ $word-content }» и выберите «{ $word-publish }»
obstacle-private = файл на Google Диске закрыт. Откройте доступ по ссылке и выберите «{ $word-publish }»
obstacle-refused = Telegram не принял картинку ({ $words }). Возьмите другую или очистите «{ $word-content }» и выберите «{ $word-publish }»
obstacle-link = Telegram не принял ссылку для кнопки ({ $words }). Исправьте «Ссылку» и выберите «{ $word-publish }»
obstacle-words = Telegram не принял сообщение ({ $words }). Исправьте строку и выберите «{ $word-publish }»
obstacle-chat = чат администратора не принимает от бота такие сообщения ({ $words }). Дайте боту право писать и отправлять картинки
obstacle-admin-chat = показать картинку в чате администратора не удалось, бота там нет. Верните его и выберите «{ $word-publish }»
obstacle-gave-up = Telegram так и не подтвердил картинку. Выберите «{ $word-publish }» ещё раз
refusal-announced = уже объявлена { $day }; чтобы объявить снова, скопируйте строку
refusal-announced-before = уже объявлена раньше; чтобы объявить снова, скопируйте строку
refusal-nothing-to-do = делать нечего: эта акция сейчас не рассылается
refusal-unknown-action = нет такого действия: «{ $word }»
refusal-copied = это копия строки: когда будет готова, выберите «{ $word-publish }» ещё раз
refusal-before-our-time = действие стояло здесь до запуска: выберите его ещё раз
refusal-test-failed = проверка не удалась: { $why }
refusal-no-list = список партнёров ещё не прочитан: выберите «{ $word-publish }» чуть позже
refusal-no-admin-chat = показать негде: в настройках нет чата администратора
duration-at-once = меньше секунды
duration-seconds = ≈ { $seconds } с
duration-minutes = ≈ { $minutes } мин
duration-hours = ≈ { $hours } ч { $minutes } мин

## Администратору
admin-bound-to-another = Код { $code } уже привязан, но с верным телефоном зарегистрироваться пытался другой аккаунт Telegram ({ $chat }). Мы отказали.
admin-tab-unusable = Нужна помощь с таблицей, остальное работает. { $words }
admin-tab-mended = Лист «{ tab-name }» снова в порядке.
admin-updates-webhook = Сообщения партнёров до нас не доходят: у бота включён вебхук, а мы работаем опросом. Снимите его командой sheetdesk setup webhook --delete – дальше всё пойдёт само.
admin-updates-taken = Сообщения партнёров до нас не доходят: их забирает другая программа с тем же токеном. Остановите её – дальше всё пойдёт само.
admin-updates-back = Сообщения партнёров снова приходят.
admin-overdue = ⏰ Обращение № { $number } ждёт ответа с { $time }.
admin-rows-stopped = Обращения № { $numbers } – { $words }
admin-staff-held = Из списка партнёров пропали сразу { $lost } из { $all }. Похоже, список переписывают: доступ пока ни у кого не отнимаем. Если так и задумано, поставьте этим партнёрам «{ $word-not-authorized }» рядом с их Telegram ID или удаляйте строки не больше чем по пятой части за раз.
admin-staff-mended = Список партнёров снова в порядке.
admin-revoked = Код { $code } отвязан: его убрали из списка или закрыли ему доступ.
admin-restored = Журнал старше таблицы: похоже, его восстановили из копии. Номера, статусы и истории взяли из таблицы; ответы в ячейках ждут команды sheetdesk release answers; сообщений, которые могли уже уйти и не отправлены повторно: { $count }.
admin-mixed = Обращение № { $number }: прежняя версия записала в него сообщения нескольких партнёров ({ $partners }). Часть сообщений могла потеряться, а ответы – уйти не тому. Ответы из этой строки больше не отправляются. Попросите этих партнёров написать ещё раз: каждый получит своё обращение.
refused-protected = лист или ячейки защищены. Снимите защиту или разрешите службе править их
refused-cell-limit = в таблице кончилось место, Google даёт 10 миллионов ячеек. Удалите лишние строки, столбцы или листы
refused-cell-length = текст длиннее 50 000 знаков, столько в ячейку не помещается. Сократите его
refused-other = Google отвечает: { $words }
admin-refused-over = Лист «{ tab-name }»: всё, чего Google не давал записать, записано.
admin-row-refused = Обращение № { $number } не записывается: { $words }. Попробуем снова через минуту, дальше реже, и после каждого изменения листа; как запишется – скажем. Партнёру это не мешает.
admin-partner-refused = Строка партнёра { $code } не записывается: { $words }. Попробуем снова через минуту, дальше реже, и после каждого изменения листа; как запишется – скажем. Доступ у партнёра остаётся.
admin-list-faults = В списке партнёров поправьте строки:
    { $lines }
admin-list-mended = В списке партнёров читаются все строки.
list-telegram-doubled = строки { $rows }: один и тот же Telegram ID. Пока считаем его партнёром { $code }; в остальных строках его нужно убрать
list-telegram-doubled-nobody = строки { $rows }: один и тот же Telegram ID. Оставьте его в одной строке, остальные очистите
list-code-doubled = строки { $rows }: один и тот же код { $code }. Пока так, по нему никто не зарегистрируется – оставьте одну строку
list-code = строка { $row }: «{ $written }» не похоже на код. Нужно одно слово до 20 знаков
list-no-code = строка { $row }: нет кода, партнёр не сможет зарегистрироваться
list-phone = строка { $row }, код { $code }: телефон не читается, партнёр не сможет зарегистрироваться
list-telegram = строка { $row }, код { $code }: в Telegram ID не число. Очистите ячейку – номер впишем сами
broadcast-begins =
    { $count ->
        [one] Рассылаем «{ $title }»: { $count } получатель.
        [few] Рассылаем «{ $title }»: { $count } получателя.
       *[many] Рассылаем «{ $title }»: { $count } получателей.
    }
broadcast-over = «{ $title }» разослана. Получили – { $sent }, не доставлено – { $failed }, неизвестно – { $unknown }, заблокировали бота или отписались – { $skipped }.
broadcast-halted = «{ $title }» не рассылаем: отправить её не удаётся. В чём дело и что делать, написано в строке акции.
promotion-vanished = Строка акции «{ $title }» исчезла посреди рассылки, поэтому рассылка остановлена. Верните строку – продолжим сами.
promotion-unfit = Пришёл срок акции «{ $title }», но в её строке что-то не так – что именно, написано в столбце «{ $word-mailing }». Исправьте и выберите «{ $word-publish }».
promotion-late =
    { $hours ->
        [one] Акция «{ $title }» опоздала на { $hours } час, поэтому сами её не рассылаем. «{ $word-publish }» в её строке – разослать, «{ $word-cancel }» – нет.
        [few] Акция «{ $title }» опоздала на { $hours } часа, поэтому сами её не рассылаем. «{ $word-publish }» в её строке – разослать, «{ $word-cancel }» – нет.
       *[many] Акция «{ $title }» опоздала на { $hours } часов, поэтому сами её не рассылаем. «{ $word-publish }» в её строке – разослать, «{ $word-cancel }» – нет.
    }
promotion-tested =
    { $count ->
        [one] Это проверка: так акцию увидит { $count } получатель. Рассылка займёт: { $time }.
        [few] Это проверка: так акцию увидят { $count } получателя. Рассылка займёт: { $time }.
       *[many] Это проверка: так акцию увидят { $count } получателей. Рассылка займёт: { $time }.
    }
promotion-tested-uncounted = Это проверка: так акцию увидят партнёры. Сколько их, скажем, когда прочитаем список.
admin-promotion-refused = Строка акции { $key } не записывается: { $words }. Попробуем снова через минуту, дальше реже, и после каждого изменения листа; как запишется – скажем.
operator-released =
    { $count ->
        [0] Удержанных ответов нет.
        [one] Отправляем { $count } удержанный ответ.
        [few] Отправляем { $count } удержанных ответа.
       *[many] Отправляем { $count } удержанных ответов.
    }
operator-quarantine =
    { $count ->
        [0] Отложенных записей нет.
       *[other] Отложенные записи: { $count }. Разобрать снова – /quarantine retry номер, убрать – /quarantine drop номер; вместо номера можно all.
    }
operator-unknown =
    { $count ->
        [0] Сообщений с неизвестной судьбой нет.
       *[other] Неизвестно, дошли ли: { $count }. Отправить ещё раз – /unknown resend имя, больше не считать – /unknown drop имя; вместо имени можно all.
    }
admin-chat-moved = Этот чат стал супергруппой, его новый номер { $chat }. Пишем уже сюда; впишите номер в настройки: SHEETDESK_TELEGRAM__ADMIN_CHAT={ $chat }
operator-unknown-line = { $name } – { $at }
operator-unknown-line-appeal = { $name } – { $at }, обращение № { $number }
operator-silence-ended = Больше не ждём: отправляем то, что накопилось.
operator-done =
    { $count ->
        [0] Такого в списке нет, ничего не сделано.
       *[other] Сделано: { $count }.
    }
operator-help =
    Что можно спросить:
    /status – как дела
    /check – проверить всё сейчас
    /release – отправить ответы, которые стояли в таблице до запуска
    /release silence – не ждать конца паузы, о которой попросил Telegram
    /quarantine – записи, которые не удалось разобрать
    /unknown – сообщения, о которых неизвестно, дошли ли они
    /failed – сообщения, которые не дошли
operator-failed = Не получилось: { $words }
barred =
    { $bar ->
        [token] Telegram не знает этот токен (401): его отозвали или ввели с ошибкой. Впишите в telegram.token тот, что показывает @BotFather, и перезапустите службу
        [unknown] Telegram не знает такого бота (404): ошибка в telegram.token или в telegram.api_url. Исправьте и перезапустите службу
        [logged_out] бот вышел с этого сервера Bot API: впишите в telegram.api_url адрес того сервера, где он теперь, или выйдите из бота там и подождите десять минут
        [frozen] Telegram заморозил бота или аккаунт владельца: подайте жалобу из этого аккаунта через @SpamBot
        [misdirected] за бота отвечает другой сервер Bot API (421): впишите его адрес в telegram.api_url и перезапустите службу
       *[conflict] ботом в то же время пользуется другая программа (409): остановите её или заведите ей отдельного бота
    }
shut-refused = { $words }
shut-blocked = бота там заблокировали
shut-deactivated = аккаунт удалён
shut-no-chat = такого чата нет, или боту там ещё никто не писал
shut-moved = чат стал супергруппой { $chat }
shut-no-topic = такой темы там нет
shut-gave-up = Telegram не отвечал
shut-fixed = сообщение там не изменить
verdict-well = Всё в порядке.
verdict-at-work = Работаем. { $words }
verdict-journal-down =
    Журнал не может записывать: новые сообщения не принимаем, сутки их придержит Telegram. { $place ->
        [chat] Что делать, скажет sheetdesk status на сервере.
       *[shell] Причина: { $words }.
    }
verdict-journal-doubted =
    Журнал не может записывать: новые сообщения не принимаем, сутки их придержит Telegram. { $place ->
        [chat] Что делать, скажет sheetdesk status на сервере.
       *[shell] Файл журнала проверяется.
    }
verdict-tab-down =
    { $tab ->
        [partners] С листом партнёров
        [promotions] С листом акций
       *[appeals] С листом обращений
    } работать нельзя, остальное идёт.
verdict-barred =
    Telegram не обслуживает бота; всё, что надо отправить, ждёт. { $place ->
        [chat] Что делать, скажет sheetdesk check.
       *[shell] { barred }.
    }
verdict-telegram-down = Telegram не отвечает; всё, что надо отправить, ждёт.
verdict-sheets-down = Google Таблицы не отвечают; всё, что надо записать, ждёт.
verdict-silent =
    Telegram просит молчать до { $until }, раньше ничего не уйдёт. Попробовать сразу: { $place ->
        [chat] /release silence
       *[shell] sheetdesk release silence
    }
verdict-webhook = Telegram не доставляет нам сообщения: { $words }
verdict-inbox-late = Новые сообщения ждут разбора уже { $minutes } мин. Скорее всего, кончилось место на диске: освободите его, дальше пойдёт само.
verdict-outbox-late = Сообщения ждут отправки уже { $minutes } мин. Пойдёт само.
verdict-admin-chat = Писать в чат администратора не получается ({ $words }): проверьте, что бот там есть и может писать.
verdict-admin-moved = Чат администратора теперь под номером { $chat }: впишите его в настройки.
verdict-staff-moved = Чат специалистов теперь под номером { $chat }: впишите его в настройки.
verdict-staff-chat = Писать в чат специалистов не получается ({ $words }): проверьте, что бот там есть и может писать.
verdict-staff-topics = Завести тему для обращения в чате специалистов не получается ({ $words }), показываем в общем чате: включите в группе темы и дайте боту право управлять ими.
verdict-throttled =
    { $link ->
        [telegram] Telegram просит
       *[sheets] Google Таблицы просят
    } не спешить: кое-что придёт позже.
verdict-refused = Google не даёт записать строк: { $count }. Какие и почему, сказано в чате администратора и на листе «{ $word-state }»; пробуем снова сами.
verdict-quarantined =
    Отложено записей, которые не удалось разобрать: { $count }. Что с ними делать, скажет { $place ->
        [chat] /quarantine
       *[shell] sheetdesk quarantine list
    }
verdict-held =
    Ответы, которые стояли в таблице до запуска, сами не уйдут: { $count }, № { $numbers }{ $more ->
        [0] .
       *[other] {" "}и ещё { $more }.
    } Отправить: { $place ->
        [chat] /release
       *[shell] sheetdesk release answers
    }
verdict-unknown =
    Неизвестно, дошли ли сообщения: { $count }. Что с ними делать, скажет { $place ->
        [chat] /unknown
       *[shell] sheetdesk unknown list
    }
verdict-failed =
    Не дошло сообщений: { $count }. Какие и почему, скажет { $place ->
        [chat] /failed
       *[shell] sheetdesk failed list
    }
status-refused-messages =
    { $count ->
        [0] Все сообщения дошли.
       *[other] Telegram не принял сообщений: { $count }. Больше не считать – /failed drop имя; вместо имени можно all.
    }
status-refused-message = { $name } – { $at }, кому: { $to }{ $about }
status-refused-appeal = , обращение № { $number }
status-refused-promotion = , акция { $key }
status-refused-why = : { $words }
status-queues = Ждут: разбора – { $inbox }, отправки – { $outbox }, записи в таблицу – { $rows }
status-oldest = Дольше всего: { $seconds } с
status-troubles = Отложено – { $quarantined }, судьба неизвестна – { $unknown }, не доставлено – { $failed }, удержано – { $held }
status-look =
    { $tab ->
        [partners] Лист партнёров
        [promotions] Лист акций
       *[appeals] Лист обращений
    }: смотрели { $seconds } с назад
status-look-none =
    { $tab ->
        [partners] Лист партнёров
        [promotions] Лист акций
       *[appeals] Лист обращений
    }: ещё не смотрели
status-look-trouble =
    { $tab ->
        [partners] Лист партнёров
        [promotions] Лист акций
       *[appeals] Лист обращений
    }: { $words }
status-quota = Осталось вызовов Google в эту минуту: чтение – { $reads }, запись – { $writes }
status-uptime = Работаем { $hours } ч { $minutes } мин, перезапусков частей: { $restarts }
state-title = Как работает служба. Обновлено { $at }
state-push = Последний сигнал от таблицы: { $at }
state-push-none = Сигналов от таблицы с запуска не было: ответы видны раз в минуту
state-mailing = Рассылка «{ $title }»: { $done } из { $all }
state-stopped = Строки, которые мы не трогаем или не можем записать:
state-stopped-none = Все строки в порядке.
state-stopped-appeal = Обращение № { $number }
state-stopped-partner = Партнёр { $code }
state-stopped-promotion = Акция «{ $title }»
state-refused = не записывается: { $words }. Пробуем снова
state-stopped-list = Список партнёров
state-stopped-more = …и ещё { $count }
state-rated = Оценки за эти дни: 👍 { $up }, 👎 { $down }
state-day = День
state-messages = Сообщений от партнёров
state-answers = Ответов
state-announced = Получили рассылку
alert-begun =
    { $trouble ->
        [journal] ⚠️ Журнал не может записывать, поэтому новые сообщения не принимаем: сутки их придержит Telegram. Что случилось и что делать, скажет sheetdesk status на сервере.
        [telegram] ⚠️ Telegram не отвечает. Всё хранится и уйдёт, когда связь вернётся. Если это надолго: sheetdesk check назовёт, дело в токене или в сети.
        [bot] ⚠️ Telegram не обслуживает бота: дело в токене, в аккаунте владельца или в другой программе с тем же ботом. Что именно и что делать, скажет sheetdesk check.
        [webhook] ⚠️ Telegram не может доставить нам сообщения. Проверьте прокси и сертификат; что именно не так, скажет sheetdesk check.
        [no-webhook] ⚠️ Сообщения до нас не доходят: вебхук не задан или Telegram его не принял. Почему, скажет /status, а что делать – sheetdesk check.
        [sheets] ⚠️ Google Таблицы не отвечают. Сообщения принимаем, в таблицу запишем позже. Если это надолго: sheetdesk check скажет, кому открыть доступ.
        [looks] ⚠️ Один из листов давно не удаётся посмотреть: ответы из него не уходят. Посмотрите /status; перезапуск не повредит.
        [inbox] ⚠️ Новые сообщения ждут разбора. Скорее всего, кончилось место на диске: освободите его, дальше пойдёт само.
        [outbox] ⚠️ Ответы давно ждут отправки: Telegram просит не спешить. Пойдёт само; сколько ждёт, скажет /status.
        [quarantine] ⚠️ Одну из записей не удалось разобрать, она отложена. Что это, скажет /quarantine: повторить или отпустить.
        [unknown] ⚠️ О судьбе одного из сообщений никто не знает: оно могло дойти. /unknown – отправить ещё раз или отпустить.
        [admin-chat] ⚠️ Писать в чат администратора не получается. Проверьте, что бот там есть и может писать; в чём дело, скажет sheetdesk check.
        [staff-chat] ⚠️ Писать в чат специалистов не получается: проверьте, что бот там есть и может писать. В таблице всё как обычно; что пропустили, покажем в чате, когда он откроется.
        [staff-topics] ⚠️ Завести тему для обращения в чате специалистов не получается: включите в группе темы, а бота сделайте администратором с правом управлять темами. Пока обращения идут в общий чат, ничего не пропадает; со следующими попробуем снова.
        [disk] ⚠️ Диск почти полон. Освободите место: без него мы не сможем принимать сообщения.
       *[loops] ⚠️ Одну из частей службы пришлось запустить заново. Работа идёт; причина – в логе, покажите её разработчикам.
    }
alert-over =
    { $trouble ->
        [journal] ✅ Журнал снова записывает, придержанные сообщения приходят.
        [telegram] ✅ Telegram снова отвечает.
        [bot] ✅ Telegram снова обслуживает бота.
        [webhook] ✅ Telegram снова доставляет сообщения.
        [no-webhook] ✅ Вебхук задан, Telegram снова знает, куда приносить сообщения.
        [sheets] ✅ Google Таблицы снова отвечают.
        [looks] ✅ Листы снова удаётся посмотреть.
        [inbox] ✅ Сообщения снова разбираются сразу.
        [outbox] ✅ Ответы снова уходят сразу.
        [quarantine] ✅ Отложенных записей больше нет.
        [unknown] ✅ Сообщений с неизвестной судьбой больше нет.
        [admin-chat] ✅ В чат администратора снова можно писать.
        [staff-chat] ✅ В чат специалистов снова можно писать.
        [staff-topics] ✅ У обращений в чате специалистов снова есть свои темы.
        [disk] ✅ Места на диске снова хватает.
       *[loops] ✅ Все части работают, перезапусков больше не было.
    } { $minutes ->
        [one] Длилось { $minutes } минуту.
        [few] Длилось { $minutes } минуты.
       *[many] Длилось { $minutes } минут.
    }
staff-chat-moved = Чат специалистов стал супергруппой, теперь его номер { $chat }. Пишем туда; чтобы так и осталось, впишите его в настройки: SHEETDESK_STAFF__CHAT={ $chat }
staff-number = № { $number }
staff-who = {" "}· { $name } · { $code }
staff-who-uncoded = {" "}· { $name }
staff-who-nobody = {""}
staff-files-follow = Прислали без слов, показываем ниже.
staff-file-unshown = Этот файл здесь не показать: откройте его из таблицы.
staff-edited = Партнёр исправил: { $text }
staff-edited-file = Партнёр исправил файл или подпись к нему:
staff-answered = Ответили из таблицы: { $text }
staff-corrected = Ответ исправили в таблице: { $text }
staff-withdrawn = Ответ отозвали в таблице.
staff-closed = Обращение закрыли.
staff-take = Беру
staff-solve = Решено
staff-taken = 🟡 В работе: { $name }
staff-solved = ✅ Решено
staff-solved-by = Решено: { $name }
staff-solved-too-soon = Пока не закрываем: партнёр успел написать ещё. Прочтите и нажмите «{ staff-solve }» снова.
staff-sending = Отправим в { $time }. До этого сообщение можно изменить или отозвать.
staff-delivered = Доставлено в { $time }. Измените сообщение – изменится и у партнёра.
staff-correcting = Исправим у партнёра в { $time }.
staff-corrected-at = Исправлено у партнёра в { $time }.
staff-withdrew = Отозвано в { $time }.
staff-unchanged = Не получилось изменить у партнёра: { $why }.
staff-not-correctable = Этот ответ уже не изменить: напишите новый.
staff-not-sent = Не отправлено: журнал восстановлен из копии, ответ мог уйти раньше. Если партнёр его не получил, напишите ещё раз.
staff-no-template = Не отправлено: шаблона «/{ $name }» нет, похожий – «/{ $nearest }». Исправьте сообщение – отправим.
staff-no-templates = Не отправлено: шаблона «/{ $name }» нет. Исправьте сообщение – отправим.
staff-plain = { $words }
staff-withdraw = Отозвать
staff-cell-held = В таблице стоит другой ответ, он не отправлен: { $text }
staff-not-passed-on = Такое сообщение партнёру не передать: напишите словами, пришлите фото, голосовое или файл.
staff-overdue = ⏰ Партнёр ждёт ответа с { $time }.
staff-summary =
    { $count ->
        [one] Пишут сразу многие. Ещё { $count } обращение:
        [few] Пишут сразу многие. Ещё { $count } обращения:
       *[many] Пишут сразу многие. Ещё { $count } обращений:
    }
staff-summary-line = № { $number } · { $name }: { $words }
staff-summary-more = …и ещё { $count }
staff-open-sheet = Открыть таблицу
alert-check-again = Проверить ещё раз
alert-all-well = Проверили: всё в порядке.
heartbeat = Работаем { $hours } ч. За сутки: сообщений – { $messages }, ответов – { $answers }. Ждут отправки: { $waiting }.
digest-unanswered =
    { $count ->
        [one] Доброе утро! Ответа ждёт { $count } обращение: № { $number }, { digest-span }.
        [few] Доброе утро! Ответа ждут { $count } обращения, дольше всех – № { $number }, { digest-span }.
       *[many] Доброе утро! Ответа ждут { $count } обращений, дольше всех – № { $number }, { digest-span }.
    }
digest-span =
    { $days ->
        [0] { $hours } ч
       *[other] { $days } дн { $hours } ч
    }
digest-next = За ним дольше всех ждут: { $waits }.
digest-wait = № { $number } ({ digest-span })
digest-quiet = Доброе утро! Никто не ждёт ответа.
digest-failed =
    { $count ->
        [one] Не дошёл { $count } ответ: № { $numbers }. Причина – в столбце «{ $word-delivery }».
        [few] Не дошли { $count } ответа: № { $numbers }. Причины – в столбце «{ $word-delivery }».
       *[many] Не дошли { $count } ответов: № { $numbers }. Причины – в столбце «{ $word-delivery }».
    }
digest-rated =
    { $down ->
        [0] Оценки за сутки: 👍 { $up }.
       *[other] Оценки за сутки: 👍 { $up }, 👎 { $down } (№ { $numbers }).
    }
tab-name =
    { $tab ->
        [partners] список партнёров
        [promotions] акции
       *[appeals] обращения
    }

## О таблице
tab-trouble = Лист «{ $title }»: { $words }
spreadsheet-closed = таблица закрыта для сервиса. Откройте её для { $account } с правом «Редактор».
spreadsheet-none = такой таблицы нет. Проверьте её идентификатор в настройках; возможно, её удалили.
spreadsheet-api-off = в проекте Google, которому принадлежит { $account }, выключен Google Sheets API. Включите его: { $enable } – через несколько минут всё пойдёт само.
spreadsheet-office-file = это файл Excel (.xlsx), а не Google Таблица. Откройте его, выберите «Файл» → «Сохранить как Google Таблицу» и впишите идентификатор новой таблицы в настройки.
spreadsheet-read-only = сервис может таблицу только читать. Дайте { $account } право «Редактор».
tab-missing = В таблице нет листа «{ $title }»: верните ему это название или исправьте его в настройках.
tab-unreadable = Лист «{ $title }» не удаётся прочитать, попробуем через минуту. Ответ Google: { $words }
tab-moving = Лист «{ $title }» не удаётся прочитать: его строки или столбцы всё время двигаются. Попробуем через минуту.
tab-columns-refused = не удаётся добавить столбцы справа. { $why }
tab-marks-refused = Google не даёт пометить наши записи, поэтому мы не пишем. { $why }
tab-archive-refused = Лист «{ $title }» нельзя дополнить, старые части диалогов ждут. { $why }
tab-archive-headless = { $why } Старые части диалогов ждут.
tab-astray = Лист «{ $title }», строка { $row }: сервис по ошибке записал не туда и не может вернуть, как было. { $why } Попробуем снова через минуту, дальше реже; как получится – скажем.
why-protected = Лист или ячейки защищены: снимите защиту или добавьте { $account } в список тех, кому можно править.
why-cell-limit = В таблице кончилось место (Google даёт 10 миллионов ячеек): удалите лишние строки, столбцы или листы.
why-cell-length = Текст длиннее 50 000 знаков, столько в ячейку не помещается: сократите его.
why-google = Ответ Google: { $words }
headers-wrong = Лист «{ $title }»: { $faults }. Исправьте заголовки в первой строке; порядок столбцов не важен.
header-missing = нет столбца «{ $header }»
header-missing-alike = нет столбца «{ $header }» (есть похожий: «{ $nearest }»)
header-doubled = столбец «{ $header }» встречается несколько раз
protection = Sheetdesk: здесь пишет служба.

## Что служба сделала бы
foresee-begun = Смотрим в таблицы и говорим, что сделали бы; ничего не пишем и не отправляем. Остановить: Ctrl-C.
foresee-over = Остановлено. Ничего не записано и не отправлено.
foresee-running = Sheetdesk уже работает с каталогом { $directory }: он и так смотрит, а как у него дела, скажет sheetdesk status. Чтобы посмотреть рядом с ним, назовите пустой каталог в SHEETDESK_DATA_DIR
foresee-uncopied = журнал не удалось скопировать во временный каталог: { $words }
foresee-seen = Лист «{ $title }» прочитан: строк с ключом или telegram_id – { $rows }
foresee-held = Ответов, которые стояли до запуска, – { $count }. Сами не уйдут, только по команде sheetdesk release answers
foresee-answer = Отправить партнёру ответ на обращение № { $number }
foresee-staff = Показать в чате специалистов: { $words }
foresee-partner = Написать партнёру: { $words }
foresee-operator = Написать администратору: { $words }
foresee-row = Лист «{ $title }», строка { $row } ({ $whose }): { $deeds }
foresee-row-new = Лист «{ $title }», новая строка: { $whose }
foresee-rows-more = Лист «{ $title }»: и так же ещё в { $more } строках
foresee-columns = Лист «{ $title }»: добавить справа столбцы { $headers }
foresee-filter = Лист «{ $title }»: продлить фильтр на наши столбцы
foresee-table = Лист «{ $title }»: продлить таблицу на наши столбцы и новые строки
foresee-fills = Лист «{ $title }»: раскрасить статусы
foresee-archive = Лист «{ $title }»: перенести туда частей длинных диалогов: { $parts }
foresee-archive-new = Лист «{ $title }»: завести его и перенести туда частей длинных диалогов: { $parts }
foresee-write = записать { $columns }
foresee-clear = очистить «{ $column }»
foresee-change = «{ $column }» → «{ $value }»
foresee-quoted = «{ $word }»
foresee-appeal = № { $number }
foresee-code = код { $code }
foresee-promotion = акция { $key }
foresee-unnumbered = без №

## Почему не получилось
aside-no-object = { $field } – не объект JSON
aside-missing = в обновлении Telegram нет поля { $field }
aside-unlike = поле { $field } не такое, как обещает Bot API
aside-gone = записи уже нет
aside-unusable = с записью ничего не сделать ({ $words })
aside-fault = ошибка самой службы ({ $words })
aside-deadly = служба трижды падала на этой записи
failed-unread = журнал не читается целиком: { $why }
failed-see-log = причина – в логе
failed-store = журнал не может записывать: { $words }
failed-closed = служба останавливается
failed-no-address = вебхука нет, и http.public_url не задан. Задайте адрес службы (SHEETDESK_HTTP__PUBLIC_URL=https://…) или спрашивайте Telegram сами: telegram.mode = "polling"
failed-busy = слишком многое ждёт записи, попробуйте чуть позже
failed-unknown-command = эта версия такой команды не знает
failed-sheets-busy = служба занята таблицами, стирать пока нельзя. Попробуйте ещё раз
failed-nobody = о «{ $who }» ничего не хранится. Укажите код, как он стоит в списке партнёров, или Telegram ID
failed-no-record = записи { $record } нет; записи хранятся 8 дней
failed-undecodable = запись { $record } не разобрать: { $why }
failed-stumbles = правила спотыкаются о запись { $record }; где именно, сказано в логе

## Команды и ошибки в настройках
settings-hidden = (не показываем: похоже на секрет)
settings-head =
    { $count ->
        [one] В настройках { $count } ошибка:
        [few] В настройках { $count } ошибки:
       *[many] В настройках { $count } ошибок:
    }
settings-besides = Заметили ещё:
settings-whole-file = (весь файл)
settings-embedded = значение по умолчанию
settings-in-file = файл { $path }
settings-in-variable = переменная окружения { $name }
settings-in-secret-file = файл секрета { $path }, он назван в { $variable }
settings-nowhere = нигде не задано
settings-unknown-variable = Переменная окружения { $variable } нам не знакома, её не учитываем; самая похожая из известных – { $nearest }.
settings-secret-no-text = Секрет должен быть текстом.
settings-quote = Возьмите его в "кавычки".
settings-list = Здесь список, а нужно одно значение.
settings-set-to = Нужно вот что: { $meaning }.
settings-missing = Без этого значения не обойтись, а его нет.
settings-needed = Задайте переменную окружения { $variable } или { $path } в файле настроек: { $meaning }.
settings-needed-secret = Задайте переменную окружения { $variable } (или { $file } – путь к файлу с ним) или { $path } в файле настроек: { $meaning }.
settings-file-unread = Файл не читается: { $cause }.
settings-check-path = Проверьте, верен ли путь и можно ли службе читать этот файл.
settings-file-unclear = Файл не разобрать: { $words }.
settings-file-unclear-at = Файл не разобрать, строка { $line }: { $words }.
settings-file-form = Пишите `имя = значение`, тексты берите в "кавычки", каждое имя – один раз в своём [разделе].
settings-given-twice = Задано дважды: есть ещё и { $variable }.
settings-given-twice-cure = Оставьте одну из двух переменных, вторую уберите.
settings-secret-unread = Файл с секретом не читается: { $cause }.
settings-secret-in-place-of-path = Файл с секретом не читается: в переменной должен быть путь к файлу, а не сам секрет.
settings-is-section = Это имя раздела, а не одной настройки.
settings-section-form = Напишите [{ $path }] отдельной строкой, а настройки – под ней.
settings-is-setting = Это одна настройка, а не раздел.
settings-setting-form = Напишите `имя = значение`.
settings-unknown = Такой настройки нет.
settings-unknown-cure = Самая похожая из известных – { $nearest }: исправьте имя или удалите строку.
settings-no-zone = Часового пояса { $value } нет.
settings-nearest-zone = Самый похожий из известных – { $nearest }.
settings-no-schedule = { $value } – не расписание.
settings-never-comes = Момент { $value } никогда не наступит.
settings-schedule-form = Напишите шесть полей – секунда, минута, час, день месяца, месяц, день недели – или пять, без секунды: "0 */5 * * * *" значит «каждые пять минут».
settings-or-none = { $remedy } Или напишите none – никогда.
settings-no-quiet-hours = { $value } – не тихие часы.
settings-quiet-hours-form = Напишите начало и конец, как 21:00-09:00, или none, если они не нужны.
settings-no-number = { $value } как число { settings-unit } здесь не подойдёт.
settings-number-form = Напишите целое число { settings-unit } от { $least } до { $most }.
settings-no-choice = { $value } здесь не подойдёт.
settings-choices = Напишите { $one } или { $other }.
settings-no-filter = { $value } – не фильтр лога.
settings-filter-form = Напишите error, warn, info, debug или trace, можно и по частям: info,sheetdesk::sheets=debug
settings-no-chat = { $value } – не номер чата.
settings-chat-form = Напишите одно число, у группы – с минусом: -1001234567890.
settings-no-group = { $value } – не номер группы.
settings-group-form = Напишите номер группы с минусом: -1001234567890. Все, кто в ней есть, смогут отвечать партнёрам.
settings-no-names = { $value } – не аккаунт с именем.
settings-names-form = Пишите номер аккаунта Telegram и имя: 700000001=Иванова; 700000002=Петров.
settings-no-listen = { $value } – не адрес, на котором можно слушать.
settings-listen-form = Напишите IP-адрес, двоеточие и порт: 127.0.0.1:8080 – только эта машина, 0.0.0.0:8080 – все её сети.
settings-unprotected = { $value } не защищён: Telegram обращается только к адресам https.
settings-https-form = Напишите адрес https://, который ведёт сюда из интернета.
settings-no-spreadsheet = { $value } – не адрес таблицы и не её идентификатор.
settings-spreadsheet-form = Скопируйте адрес из браузера: https://docs.google.com/spreadsheets/d/…/edit
settings-no-tab-name = { $value } – не имя листа.
settings-tab-name-form = Скопируйте имя внизу таблицы.
settings-no-url = { $value } – не адрес.
settings-url-scheme = { $value } начинается не с https:// и не с http://.
settings-url-password = В адресе { $value } есть имя или пароль.
settings-url-more = В адресе { $value } после пути есть лишнее.
settings-url-form = Напишите адрес, как https://desk.example.com, без пароля, `?` и `#`.
settings-key-itself = Это сам ключ, а нужен путь к его файлу.
settings-key-itself-cure = Сохраните ключ в файл, который может читать только служба, и укажите этот файл.
settings-key-unread = Файл { $path } не читается: { $cause }.
settings-key-no-json = Файл { $path } – не JSON.
settings-key-other = Файл { $path } – ключ другого рода, не сервисного аккаунта.
settings-key-lacks = В файле { $path } нет { $names }.
settings-key-damaged = В файле { $path } испорчен private_key: это не ключ в виде PEM.
settings-key-address = В файле { $path } token_uri – не адрес http или https.
settings-key-cure = Создайте в Google Cloud новый ключ JSON для сервисного аккаунта и возьмите этот файл как есть.
settings-token-no-colon = Это не похоже на токен бота: в нём нет двоеточия.
settings-token-no-number = Это не похоже на токен бота: перед двоеточием не число.
settings-token-letters = Это не похоже на токен бота: после двоеточия могут стоять только A-Z a-z 0-9 _ -.
settings-token-cure = Скопируйте токен у @BotFather целиком: цифры, двоеточие, буквы.
settings-example = Это всем известный пример, а не секрет.
settings-length = Знаков: { $length }, а нужно от { $least } до { $most }.
settings-repeats = В нём повторяются одни и те же знаки, такой секрет легко угадать.
settings-webhook-letters = В нём есть знаки, которых Telegram не берёт: годятся только A-Z a-z 0-9 _ -.
settings-webhook-secret-cure = Сделайте новый, например командой `openssl rand -hex 32`.
settings-header-letters = В нём есть знаки, которые нельзя передать в заголовке: пробелы или нелатинские буквы.
settings-legacy-secret-cure = Сделайте новый командой `openssl rand -hex 32` и впишите его и в прежний скрипт.
settings-no-prefix = Он начинается не с whsec_.
settings-no-base64 = После whsec_ стоит не base64, или его часть потеряна.
settings-key-bytes = Байт в ключе: { $bytes }, а нужно от { $least } до { $most }.
settings-callback-secret-cure = Сделайте новый командой `echo "whsec_$(openssl rand -base64 32)"`.
settings-word-twice = { $value } стоит дважды: это слово есть и в { $other }.
settings-delete-one = Удалите одно из двух.
settings-no-word-list = Это не список слов.
settings-word-empty = Список или слово в нём – пустые.
settings-word-list-form = Напишите список слов в кавычках, первым – то, которое мы будем писать: ["Статус", "status"].
settings-no-colour = Это не цвет.
settings-colour-form = Напишите его, как "#f3cccc".
settings-same-address = Это адрес из http.listen: двоим на одном адресе не уместиться.
settings-own-port = Дайте ему свой порт.
settings-same-tab = Это тот же лист той же таблицы, что и { $other }.
settings-own-tab = Партнёрам, обращениям и акциям нужно по своему листу.
settings-no-working-hours = { $value } – не рабочие часы.
settings-working-hours-form = Напишите дни и часы, как mon-fri 09:00-18:00; sat 10:00-14:00.
settings-overlap = В { $value } часы одного дня пересекаются.
settings-overlap-cure = Назовите каждый час один раз.
settings-no-day = { $value } – не день.
settings-day-form = Пишите дни, как 2027-01-01, 2027-01-02.
settings-text-form = Пишите `имя = текст`, следующие строки текста – с отступом; закройте каждую фигурную скобку.
settings-text-twice = Этот текст стоит в файле дважды.
settings-no-text = Такого текста нет.
settings-no-text-cure = Самый похожий из известных – { $nearest }: исправьте имя или удалите текст.
settings-not-for-partners = Этот текст – не для партнёров, он остаётся как есть.
settings-delete-it = Удалите его из файла.
settings-elaborate = Это больше, чем текст: атрибут, термин или функция.
settings-plain-words = Пишите обычные слова; значения и другие тексты стоят среди них в фигурных скобках, как в нашем файле.
settings-misplaced = В нём стоит { $text }, а такого текста нет, или он стоит сам в себе.
settings-misplaced-cure = Исправьте имя или напишите эти слова прямо здесь.
settings-leaves-out = В нём нет того, что нужно сказать: { $names }.
settings-leaves-out-cure = Поставьте это на место среди слов.
settings-not-given = В нём стоит то, чего ему не дают: { $names }.
settings-not-given-cure = Сравните его с текстом, который он заменяет.
settings-long-label = Это надпись на кнопке или в меню бота: она слишком длинная, или в ней не только слова.
settings-label-form = Напишите не больше 64 знаков в одну строку.
settings-no-proxy = Один из адресов – не адрес прокси.
settings-proxy-form = Пишите каждый как http://, https://, socks5:// или socks5h:// с узлом и портом, например socks5h://name:password@proxy.example.com:1080, через запятую; или none.
settings-no-firm-name = Это имя не поместится в предложение.
settings-firm-name-form = Напишите его в одну строку, не больше { $most } знаков, без фигурных скобок.
settings-check-text = Проверьте, что это текстовый файл, или уберите его.
settings-no-variable = Строка { $line } начинается как настройка, но это не настройка.
settings-variable-form = Пишите ИМЯ='значение', по одной на строку.
settings-not-for-this-user = Пользователю, который запустил команду, нельзя читать этот файл, поэтому того, что в нём, не хватает.
settings-with-sudo = Запустите команду от имени того, кому можно, или через sudo.
settings-unit =
    { $unit ->
        [connections] соединений
        [seconds] секунд
        [minutes] минут
        [hours] часов
        [days] дней
       *[messages] сообщений в секунду
    }
settings-meaning-directory = папка, в которую служба может писать
settings-meaning-time-zone = часовой пояс, например Europe/Moscow
settings-meaning-address = адрес, например 127.0.0.1:8080
settings-meaning-admin-address = адрес, например 127.0.0.1:9090
settings-meaning-log-format = pretty или json
settings-meaning-level = уровень, например info
settings-meaning-public-url = адрес этой службы, каким его видно из интернета
settings-meaning-whole = целое число
settings-meaning-whole-seconds = целое число секунд
settings-meaning-whole-minutes = целое число минут; 0 – сколько угодно
settings-meaning-whole-days = целое число дней
settings-meaning-hours-or-none = целое число часов или none
settings-meaning-rate = целое число; 0 – без ограничения
settings-meaning-token = токен этого бота, его выдал @BotFather
settings-meaning-telegram-url = https://api.telegram.org
settings-meaning-intake = webhook или polling
settings-meaning-webhook-secret = ваше слово, которое будет знать только Telegram, например из `openssl rand -hex 32` (оно нужно, потому что в telegram.mode стоит webhook)
settings-meaning-admin-chat = номер чата, куда приходят тревоги
settings-meaning-flag = true или false
settings-meaning-sheets-url = https://sheets.googleapis.com
settings-meaning-key-file = путь к файлу ключа сервисного аккаунта, каким его скачивают из Google Cloud
settings-meaning-callback-secret = слово, которым таблица подписывает свои вызовы; его делает `echo "whsec_$(openssl rand -base64 32)"`
settings-meaning-spreadsheet = адрес таблицы из браузера или её идентификатор
settings-meaning-tab = имя листа, каким оно стоит внизу таблицы
settings-meaning-schedule = шесть полей, например "0 */5 * * * *" – каждые пять минут
settings-meaning-legacy-secret = X-Webhook-Secret прежнего скрипта
settings-meaning-quiet-hours = часы, например 21:00-09:00, или none
settings-meaning-week = дни и часы, например mon-fri 09:00-18:00; sat 10:00-14:00
settings-meaning-holidays = дни, например 2027-01-01, 2027-01-02
settings-meaning-staff-chat = номер группы специалистов
settings-meaning-staff-names = аккаунты с именами, например 700000001=Иванова; 700000002=Петров
settings-meaning-firm = название фирмы в одну строку, не больше 60 знаков
settings-meaning-proxies = адреса, например socks5h://name:password@proxy.example.com:1080, через запятую, если их несколько; none – без прокси
settings-meaning-language = ru или en
command-system-not-found = там ничего нет
command-system-denied = у учётной записи нет на это прав: дайте их (chown, chmod)
command-system-is-directory = это папка, а не файл
command-system-no-directory = часть пути – файл, а не папка
command-system-exists = там уже что-то есть
command-system-not-text = это не текст
command-system-full = диск полон: освободите место (df -h), дальше пойдёт само; всё принятое цело
command-system-quota = квота учётной записи кончилась: увеличьте её или освободите место, дальше пойдёт само; всё принятое цело
command-system-too-large = файлам больше нельзя расти: увеличьте предел (LimitFSIZE=, ulimit -f), дальше пойдёт само
command-system-read-only = туда нельзя писать: смонтируйте диск для записи или назовите другую папку в SHEETDESK_DATA_DIR (для systemd она должна стоять в ReadWritePaths= или быть StateDirectory=)
command-system-too-many = кончился предел открытых файлов: увеличьте его (LimitNOFILE=, ulimit -n)
command-system-refused = там никто не слушает
command-system-timed-out = ответа нет
command-system-broken-off = другая сторона пропала
command-system-taken = там уже слушает кто-то другой
command-system-no-name = его имя не находится (DNS)
command-system-no-route = отсюда к нему нет дороги
command-system-certificate = его сертификату нельзя доверять
command-system-no-connection = нет соединения
command-system-proxy-denies = прокси хочет другое имя или пароль
command-system-no-token-server = сервер токенов Google не отвечает
command-system-other = { $words }
command-init-token = Токен бота от @BotFather
command-init-key-file = Файл ключа сервисного аккаунта Google (JSON)
command-init-partners = Адрес таблицы со списком партнёров
command-init-appeals = Адрес таблицы с обращениями (Enter – та же)
command-init-promotions = Адрес таблицы с акциями (Enter – та же, «нет» – без акций)
command-init-public-url = Адрес службы в интернете, https://… (Enter – нет, будем опрашивать Telegram)
command-init-admin-chat = Чат администратора: число, или «слово» – узнаем номер, когда вы напишете боту в том чате (Enter – без него)
command-init-bot = это бот { $name }
command-init-unknown-token = Telegram не знает такого токена: скопируйте его у @BotFather целиком, вместе с числом и двоеточием.
command-init-telegram-away = { $error }. Дело не в токене, а в сети этой машины, или отсюда нужен прокси. Токен проверим позже: sheetdesk check
command-init-proxy = Прокси до Telegram, socks5h://… или http://… (Enter – без него)
command-init-share-with = это аккаунт { $email }: откройте ему свои таблицы («Поделиться», роль «Редактор»)
command-init-shared = Поделились? Нажмите Enter
command-init-tabs = таблица открывается, в ней листы { $titles }
command-init-google-away = { $error }. Дело в сети этой машины, или отсюда нужен прокси (sheets.proxy). Таблицы проверим позже: sheetdesk check
command-init-chat-moved = эта группа стала супергруппой, теперь её номер { $chat }
command-init-no-word = до Telegram сейчас не достучаться, слова не услышим. Назовите номер или нажмите Enter: номер потом скажет /id
command-init-webhook-in-the-way = сообщения бота уже забирает вебхук, снимать его – не дело этой команды. Напишите в том чате /id@{ $bot }: работающая служба ответит номером
command-init-write = добавьте @{ $bot } в группу (или откройте чат с ним) и напишите там { $command }. Ждём { $minutes } мин.
command-init-word-late = не дождались; назовите номер или попробуйте ещё раз
command-init-word-unheard = слова не услышать: { $error }
command-init-answer-needed = Без этого ответа не обойтись.
command-init-exists = { $file } уже есть; уберите его или назовите другую папку: --directory
command-init-ended = ответы кончились раньше вопросов; ничего не записано
command-init-unread = ответ не прочесть: { $cause }
command-init-not-understood = { $key }: не поняли ответ, попыток было { $tries }; ничего не записано
command-init-no-random = эта машина не даёт случайных чисел
command-init-unmade = { $file } не записать: { $cause }
command-init-done = Готово: { $settings }, { $secrets }
command-init-next = Дальше:
command-init-settings-head = Сделано командой `sheetdesk init`. У остальных настроек – значения по умолчанию; что ещё можно настроить, сказано в sheetdesk.toml из программы.
command-init-secrets-head = Секреты: кто это прочтёт, сможет писать от имени бота. Годится для `EnvironmentFile=` и `--env-file` как есть.
command-about-settings = настройки
command-about-time-zone = часовой пояс
command-about-disk = диск
command-about-privacy = права
command-about-open-files = файлы
command-about-journal = журнал
command-about-telegram = Telegram
command-about-admin-chat = чат администратора
command-about-staff-chat = чат специалистов
command-about-webhook = вебхук
command-about-updates = обновления
command-about-sending = отправка
command-about-clock = часы
command-about-address = адрес
command-about-google = Google
command-about-partners = партнёры
command-about-appeals = обращения
command-about-promotions = акции
command-about-answers = ответы
command-about-quota = вызовы
command-about-ports = порты
command-about-telegram-path = путь к Telegram
command-about-google-path = путь к Google
command-about-writing = запись
command-about-version = версия
command-mark-fine = ок
command-mark-note = учтите
command-mark-wrong = ОШИБКА
command-check-complete = полные и понятные
command-check-not-storing = не может записывать, поэтому нового не принимаем: { $why }
command-check-unstoring = не может записывать, поэтому нового не принимаем: его проверяют
command-check-token-right = токен верный, это бот { $name }
command-check-bot-barred = { $error }: { $remedy }
command-check-telegram-away = { $error }. Токен тут ни при чём: с этой машины не открывается { $url }. Проверьте сеть (DNS, брандмауэр); если туда можно только через прокси, впишите его в telegram.proxy. Без этого пути не помогут ни вебхук, ни polling: ответить партнёру служба не сможет
command-check-google-away = { $error }. Проверьте сеть этой машины (DNS, брандмауэр); если к Google можно только через прокси, впишите его в sheets.proxy
command-check-path-serves = через { $proxy } открывается, служба пойдёт так
command-check-path-spare = через { $proxy } тоже открывается, это запасной путь
command-check-path-fails = через { $proxy } не открывается: { $error }
command-check-path-straight = без прокси тоже открывается
command-check-path-straight-only = открывается только без прокси: уберите их из настроек или исправьте
command-check-path-not-straight = без прокси не открывается: { $error }
command-check-polling-fits = Telegram отсюда открывается только через прокси; для такой сети polling и нужен: мы спрашиваем сами
command-check-one-way-out = мы до Telegram достаём, а он до нас нет. Откройте ему адрес снаружи (порт 443, сети 149.154.160.0/20 и 91.108.4.0/22) или спрашивайте сами: telegram.mode = "polling"
command-check-webhook-past-proxy = Telegram отсюда открывается только через прокси, а вебхук он приносит мимо прокси. Если не дойдёт, спрашивайте сами: telegram.mode = "polling"
command-check-written = отправили сообщение в { $chat }
command-check-hello = Проверка связи: служба поддержки может писать сюда.
command-check-ports-free = { $public } и { $admin } свободны
command-check-port-taken = на { $address } слушать не получится: { $cause }. Остановите того, кто там слушает, или назовите другой адрес в { $setting }
command-check-writing = таблицы можно править, проверено таблиц: { $count }
command-check-no-writing = таблицу { $spreadsheet } править не получается: { $error }
command-check-newer-version = вышла { $there }, а здесь { $ours }; что нового, сказано в CHANGELOG
command-check-newest-version = { $ours }, новее нет
command-check-no-version = в { $file } нет номера версии, нужно как 1.2.3
command-check-version-unread = { $file } не читается: { $cause }
command-check-next = Дальше: { $command }
command-check-next-mend = Ошибок: { $count }. Исправьте их, как сказано выше, и проверьте снова: { $command }
command-check-no-telegram = { $error }. Тот ли это токен, который выдал @BotFather, и доступен ли с этой машины { $url }?
command-check-writable = в { $chat } можно писать
command-check-chat-moved = { $chat } стал супергруппой { $to }, служба пишет уже туда. Впишите новый номер в { $key }
command-check-chat-refused = в { $chat } писать не получается: { $error }. Верен ли номер, нажал ли там кто-нибудь «Начать», а если это группа, есть ли в ней бот и может ли он писать?
command-check-chat-unanswered = в { $chat } писать не получается: { $error }. Попробуйте снова, когда Telegram ответит
command-check-silent = Telegram просит молчать до { $until }, раньше ничего не уйдёт. Попробовать сразу: sheetdesk release silence
command-check-no-updates = Telegram не доставляет обновления: { $words }
command-check-polling = спрашиваем их сами (polling)
command-check-polling-in-vain = в telegram.mode стоит "polling", но задан вебхук, поэтому Telegram нам ничего не отдаёт. Уберите его: sheetdesk setup webhook --delete
command-check-webhook-set = задан, ждут обновлений: { $waiting }
command-check-webhook-failing = задан, ждут обновлений: { $waiting }; последняя попытка Telegram не удалась: { $words }
command-check-webhook-to-come = ещё не задан; это сделает `serve` или: sheetdesk setup webhook
command-check-webhook-nowhere = его нет, и http.public_url пуст: Telegram не знает, куда обращаться. Задайте SHEETDESK_HTTP__PUBLIC_URL=https://…
command-check-webhook-of-others = кто-то другой направил его на другой адрес
command-check-webhook-of-others-failing = кто-то другой направил его на другой адрес; последняя попытка Telegram не удалась: { $words }
command-check-quota-made = эта проверка сделала чтений: { $made } из 60, которые Google даёт на минуту; служба здесь ещё не работает
command-check-quota-left = у службы на эту минуту осталось чтений – { $reads } из { $all }, записей – { $writes } из { $all }
command-check-quota-spent = { $left }; если так бывает часто, смотрите реже: schedule.appeals, schedule.partners
command-check-tab-right = лист «{ $title }», все столбцы на месте
command-check-tab-to-complete = лист «{ $title }», все столбцы на месте; наши добавятся справа при запуске
command-check-no-tab = листа «{ $title }» нет; в таблице есть { $there }. Переименуйте лист или назовите верный в настройках
command-check-zone = { $name }, там сейчас { $time }
command-check-not-writable = в { $place } нельзя писать: { $cause }. Дайте пользователю службы на это право или назовите другую папку в SHEETDESK_DATA_DIR
command-check-room = в { $place } можно писать, свободно { $free } МБ
command-check-little-room = в { $place } можно писать, свободно { $free } МБ; нужно хотя бы 500 МБ
command-check-some-room = в { $place } можно писать
command-check-few-files = их предела хватит на { $places } соединений из { $wanted } в http.max_connections; увеличьте его (LimitNOFILE=, ulimit -n)
command-check-clock-fast = на этой машине они спешат на { $seconds } с: подписи и токены Google не примут. Включите синхронизацию времени (timedatectl set-ntp true)
command-check-clock-slow = на этой машине они отстают на { $seconds } с: подписи и токены Google не примут. Включите синхронизацию времени (timedatectl set-ntp true)
command-check-clock-right = верны, сверили с Telegram
command-check-address-answers = { $address } отвечает
command-check-address-refuses = { $address } отвечает { $status }: стоит ли прокси перед службой и передаёт ли он этот путь?
command-check-address-silent = по адресу { $address } никто не отвечает; пока служба не запущена, так и должно быть. Если запущена: ведут ли сюда имя, прокси и сертификат?
command-check-answers-held =
    ответы, которые стояли в таблице до запуска, ждут: { $count }, № { $numbers }{ $more ->
        [0] .
       *[other] {" "}и ещё { $more }.
    } Отправить их: sheetdesk release answers
command-check-answers-stand =
    в таблице уже стоят ответы: { $count }, в строках { $numbers }{ $more ->
        [0] .
       *[other] {" "}и ещё { $more }.
    } Первый запуск сам их не отправит: очистите ненужные ячейки, а остальное отправит команда sheetdesk release answers
command-check-one-account = в строках { $rows } один и тот же Telegram ID: если у человека несколько кодов, так и надо; если нет, оставьте его в одной
command-check-no-code = строка { $row }: в ячейке кода не код (нужно одно слово до 20 знаков)
command-check-more-faults = и ещё { $count }
command-check-action-stands =
    в строках { $rows }{ $more ->
        [0] {""}
       *[other] {" "}и ещё { $more }
    } действие уже стоит: первый запуск его не возьмёт, выберите его тогда заново
command-check-day-to-come =
    строки { $rows }{ $more ->
        [0] {""}
       *[other] {" "}и ещё { $more }
    } ждут своего дня, в него и разошлём
command-check-both = { $one }; { $other }
command-privacy-directory = другие учётные записи этой машины могут читать папку { $dir }, а в ней личные данные. Оставьте её одной службе: chmod 700 { $dir }
command-privacy-journal = другие учётные записи этой машины могут читать журнал { $file }, а в нём личные данные. Оставьте его одной службе: chmod 700 { $dir }; chmod 600 { $file }
command-figures-old = журнал не читается; всё, что из него, – каким было { $age } назад
command-figures-uptime = работает      { $age }, перезапусков частей: { $restarts }
command-figures-telegram = Telegram      { $health }{ $more }
command-figures-sheets = Google        { $health }, осталось на эту минуту: чтений – { $reads }, записей – { $writes }
command-figures-silent = молчим до { $until }
command-figures-no-updates = обновления не приходят: { $words }
command-figures-admin-chat = чат администратора ничего не принимает: { $words }
command-figures-admin-moved = чат администратора теперь { $chat }
command-figures-staff-moved = чат специалистов теперь { $chat }
command-figures-staff-chat = чат специалистов ничего не принимает: { $words }
command-figures-staff-topics = чат специалистов не даёт тем: { $words }
command-figures-inbox = входящие      разобрать: { $pending }, отложено: { $aside }{ $oldest }
command-figures-outbox = исходящие     ждут: { $pending }, отправляем: { $sending }, судьба неизвестна: { $unknown }, не дошло: { $failed }{ $oldest }
command-figures-oldest = , дольше всех – { $age }
command-figures-rows = строки        записать: { $dirty }, записей без ответа: { $open }, ответов удержано: { $held }
command-figures-partners = партнёры      зарегистрировано: { $registered }, из них заблокировали бота: { $blocked }, не хотят акций: { $silent }
command-figures-promotion = акция         { $line }
command-figures-tab =
    { $tab ->
        [partners] партнёры
        [promotions] акции
       *[appeals] обращения
    }
command-figures-unseen = ещё не смотрели
command-figures-seen = смотрели { $age } назад, строк: { $rows }
command-figures-seconds = { $count } с
command-figures-minutes = { $count } мин
command-figures-hours = { $count } ч
command-figures-days = { $count } дн
command-figures-announcement = { $state }: { $sent } из { $all } ({ $percent } %){ $others } – «{ $title }» { $key }
command-figures-failed = , не дошло: { $count }
command-figures-skipped = , пропущено: { $count }
command-figures-unknown = , судьба неизвестна: { $count }
command-figures-preparing = готовим картинку
command-figures-halted = остановлена: почему, сказано в её строке
command-figures-running-for = рассылаем, осталось { $left }
command-figures-running = рассылаем
command-figures-paused = пауза
command-figures-cancelled = отменена
command-figures-over = разослана
command-link-ok = отвечает
command-link-down = не отвечает
command-link-throttled = просит не спешить
command-link-unknown = неизвестно
command-wish-none-held = Удержанных ответов нет.
command-wish-released = Отправляем удержанные ответы: { $count }. Как они уходят, покажет sheetdesk status
command-wish-silence-ended = Больше не ждём: отправляем то, что накопилось.
command-wish-nothing-met = такого в списке нет, посмотрите `list`
command-wish-done = Сделано: { $count }.
command-wish-none-aside = Отложенных записей нет.
command-wish-aside-commands = Разобрать снова: sheetdesk quarantine retry НОМЕР|all; отпустить: sheetdesk quarantine drop НОМЕР|all
command-wish-none-unknown = Сообщений с неизвестной судьбой нет.
command-wish-unknown-commands = Отправить ещё раз: sheetdesk unknown resend ИМЯ|all; больше не считать: sheetdesk unknown drop ИМЯ|all
command-wish-none-refused = Все сообщения дошли.
command-wish-more-refused = … и ещё { $count }
command-wish-refused-commands = Больше не считать: sheetdesk failed drop ИМЯ|all. Ответ, который не дошёл, остаётся в ячейке: исправьте его, и он уйдёт снова.
command-wish-replayed = Что теперь следует из записи { $record }:
command-wish-replay-test = Проверка для неё. В ней слова людей: сначала замените их другими.
command-forget-holds = В журнале об этом человеке есть:
command-forget-account = аккаунт Telegram { $id }: что он писал и что ему отправляли
command-forget-appeals = обращения, с диалогами и файлами: { $count }
command-forget-partner = партнёр { $code }: имя, телефон, регистрация
command-forget-remains = В таблицах останутся эти строки, удалите их сами:
command-forget-listed = «{ $tab }»: строка с кодом { $code } (имя, телефон)
command-forget-rows = «{ $tab }»: № { $numbers } (имя, телефон, Telegram ID, диалог)
command-forget-archived = «{ $tab }»: все строки № { $numbers } (старые части диалога)
command-forget-no-rows = В таблицах его строк не знаем.
command-forget-question = Стереть всё это из журнала? Вернуть будет нельзя. [да/Нет]
command-forget-nothing = ничего не стёрли. Ответьте «да» на вопрос, а где нет терминала, укажите --yes
command-forget-erased = Стёрто из журнала. В копиях, которые раньше сделала `sheetdesk backup`, это ещё есть: удалите и их.
command-forget-still-listed = В списке партнёров этот человек ещё есть, поэтому его строку мы помним, но ни к кому не привязываем. Удалите её там, дождитесь следующего взгляда и повторите команду.
command-copy-made = Копия журнала: { $file }, записей: { $records }, { $whole },{ $tenths } МБ. В ней личные данные: держите её при себе.
command-copy-restore-by = Вернуть её: `sheetdesk restore { $file }`, когда служба не работает.
command-copy-broken-off = прервано; от копии ничего не осталось
command-copy-restored = Журнал восстановлен из копии, записей: { $records }.
command-copy-kept = Прежний журнал сохранён: { $file }.
command-copy-first-start = Первый запуск молча возьмёт то, что показывают таблицы: они новее копии. Сообщений, которые в ней ждали отправки: { $unsent }; они могли уже уйти, поэтому сами не уйдут: ответы в ячейках ждут команды `sheetdesk release answers`, остальное – `sheetdesk unknown list`. Рассылки, которые шли, стоят на паузе.
command-copy-start-now = Теперь запустите службу: sheetdesk serve
command-webhook-gone = Вебхука больше нет. Обновления ждут в Telegram (24 часа), пока их кто-нибудь не спросит.
command-webhook-still-there = вебхук остался: { $error }
command-webhook-polling = в telegram.mode стоит "polling": вебхук не нужен; чтобы он был, поставьте "webhook"
command-webhook-no-address = http.public_url не задан: Telegram должен знать, куда обращаться. Задайте SHEETDESK_HTTP__PUBLIC_URL=https://…
command-webhook-no-address-for-script = http.public_url не задан: скрипт таблицы должен знать, куда обращаться. Задайте SHEETDESK_HTTP__PUBLIC_URL=https://…
command-webhook-not-set = вебхук не задан: { $error }
command-webhook-no-menu = вебхук задан, но команд в меню бота нет: { $error }
command-webhook-set = Вебхук { $address } задан; команды есть в меню бота, по-русски и по-английски. Дальше: sheetdesk check
command-webhook-was-set = Вебхук { $address } уже был задан; команды есть в меню бота, по-русски и по-английски. Дальше: sheetdesk check
command-webhook-script-secret = Здесь секрет: не пересылайте этот текст. После первого запуска sheetdeskInstall эту функцию можно удалить.
command-setup-nothing-to-do = { $title }: всё на месте
command-setup-left-out = пропущено: { $step }. Google: { $words }
command-setup-refused = Пропущено шагов: { $count }, Google их не даёт сделать.
command-setup-left-alone = Не тронуто листов: { $count }. Исправьте их первую строку, как сказано выше, и повторите команду.
command-setup-lists-lack = Ничего не изменено; чего не хватает в ваших списках, сказано выше.
command-setup-unchanged = Ничего не изменено.
command-setup-all-there = Всё стоит как надо; ничего не изменено. Дальше: sheetdesk check
command-setup-dry-run = Ничего не изменено: это только то, что сделала бы команда `sheetdesk setup sheets`.
command-setup-done = Готово. Дальше: sheetdesk check
command-step-tab = добавить лист «{ $title }»
command-step-headers = вписать заголовки { $names }
command-step-filter = расширить фильтр на наши столбцы
command-step-table = расширить таблицу на наши столбцы
command-step-overdue = окрасить строки, которые ждут слишком долго
command-step-fills = окрасить статусы
command-step-list-lacks = в списке «{ $header }» нет { $words }: --extend-lists добавит
command-step-typed-column = у «{ $header }» в таблице «{ $table }» есть свой тип, он останется: предложите { $words } там сами или уберите у столбца тип
command-step-offer = предлагать в «{ $header }»: { $words }
command-step-warn-tab = предупреждать, кто пишет на этом листе
command-step-warn-column = предупреждать, кто пишет в «{ $header }»
command-step-freeze = закрепить заголовки
command-step-view = добавить фильтр «{ $title }»
command-step-bold = выделить заголовки
command-step-widths = дать { $names } ширину по содержимому
command-step-wrap = переносить текст в { $names }
command-step-top = начинать сверху в { $names }
command-step-tint = подкрасить как столбцы службы: { $names }
command-step-digits = показывать числа простыми цифрами в { $names }
command-step-as-typed = оставлять написанное как есть в { $names }
command-step-table-elsewhere = таблица «{ $name }» начинается не с первой строки листа или стоит в стороне от столбцов, которые мы читаем, поэтому новые строки окажутся вне её. Исправьте это или нажмите ▼ рядом с её именем и выберите «Преобразовать в неформатированные данные»: ячейки останутся как есть
command-step-table-footer = у таблицы «{ $name }» есть итоговая строка, поэтому новые строки окажутся вне её. Исправьте это или нажмите ▼ рядом с её именем и выберите «Преобразовать в неформатированные данные»: ячейки останутся как есть
command-fault-no-service = с папкой { $dir } служба не работает (сокет управления не отвечает: { $cause }); запустите её: `sheetdesk serve`, или назовите её папку в SHEETDESK_DATA_DIR
command-fault-other-version = работающая служба ответила так, что эта версия её не понимает
command-fault-other-answer = работающая служба ответила не на тот вопрос
command-fault-no-journal = в { $dir } журнала нет; назовите папку службы в SHEETDESK_DATA_DIR
command-fault-file-exists = { $file } уже есть, мы его не тронули; выберите другое имя или сначала уберите этот файл
command-fault-file-unwritable = { $file } не записать: { $cause }
command-fault-journal-unreadable = журнал не читается: { $cause }
command-fault-owned = с { $dir } уже работает другая служба; сначала остановите её или дайте этой свою папку (SHEETDESK_DATA_DIR)
command-fault-damaged = журнал в { $dir } повреждён ({ $words }), поэтому на нём ничего не запускаем. Верните самую новую копию: sheetdesk restore ФАЙЛ (копии делает sheetdesk backup); повреждённый журнал сохраним рядом
command-fault-journal-empty = в { $dir } был журнал, а его файл { $file } пуст. Верните самую новую копию: sheetdesk restore ФАЙЛ. Только если нужно начать заново, без партнёров и обращений: удалите из этой папки { $file } и journal.lock
command-fault-journal-gone = в { $dir } был журнал, а его файла { $file } нет. Верните самую новую копию: sheetdesk restore ФАЙЛ. Только если нужно начать заново, без партнёров и обращений: удалите из этой папки { $file } и journal.lock
command-fault-journal-closed = журнал в { $dir } не открыть: { $cause }
command-fault-broken-off = копия прервалась на полпути ({ $cause }), от неё ничего не осталось; работает ли ещё служба? Попробуйте снова
command-fault-stop-first = { $why }; журнал восстанавливают, только когда служба не работает: остановите её (`systemctl stop sheetdesk`) и попробуйте снова
command-fault-copy-unread = { $file } не читается: { $cause }; ничего не изменено
command-fault-no-copy = { $file } – не журнал, который может прочесть эта версия: { $words }; ничего не изменено
command-fault-not-replaced = журнал в { $dir } не заменить, он остался как был: { $cause }
command-fault-throttled = Google просит не спешить
command-fault-unavailable = Google Таблицы недоступны: { $cause }
command-fault-change-refused = Google отказал в изменении { $change }: { $words }
command-fault-bad-range = Google не знает такого места: { $words }
command-fault-no-access = нет доступа: { $words }
command-fault-no-spreadsheet = такой таблицы нет
command-fault-share = { $why }. Откройте таблицу, нажмите «Поделиться» и разрешите { $account } её править
command-fault-api-off = в проекте сервисного аккаунта выключен Google Sheets API; он включается здесь: { $enable }
command-fault-no-google-sheet = файл – не таблица Google (.xlsx?): сохраните его как таблицу («Файл», «Сохранить как таблицу Google») и впишите в настройки адрес нового файла
command-fault-outcome-unknown = чем кончилось, неизвестно: { $cause }
command-fault-rows-moved = пока читали лист, строки или столбцы сдвинулись; попробуйте снова
command-fault-sheets-url = адрес Sheets API – не адрес http(s)
command-fault-key-unread = файл ключа не читается: { $cause }
command-fault-key-no-json = файл ключа – не JSON (строка { $line }, знак { $column })
command-fault-key-field = `{ $field }` в файле ключа нет или не годится; это ключ сервисного аккаунта?
command-fault-tls = TLS не настроить: { $words }
command-fault-telegram-refused = Telegram отказал ({ $code }): { $words }
command-fault-telegram-away = до Telegram не достучались: { $cause }
command-fault-telegram-unmade = запрос не собрать: { $cause }
command-fault-telegram-lost = ответ Telegram потерялся: { $cause }
command-fault-telegram-url = адрес Bot API – не адрес http(s)
command-fault-bot-token = Telegram не знает этого токена (401): его отозвали или в нём опечатка. Впишите тот, который показывает @BotFather, в telegram.token и перезапустите службу
command-fault-bot-unknown = Telegram не знает такого бота (404): опечатка в telegram.token или telegram.api_url. Исправьте и перезапустите службу
command-fault-bot-logged-out = бот вышел с этого сервера Bot API: впишите в telegram.api_url адрес того, которым он теперь пользуется, или выведите его там и подождите десять минут
command-fault-bot-frozen = Telegram заморозил бота или аккаунт его владельца: обжалуйте это в том аккаунте, у @SpamBot
command-fault-bot-misdirected = ботом ведает другой сервер Bot API (421): впишите его адрес в telegram.api_url и перезапустите службу
command-fault-bot-conflict = ботом одновременно пользуется кто-то ещё (409): остановите другую программу или дайте ей своего бота
command-fault-no-listening = на { $address } слушать не получается: { $cause }; остановите того, кто там слушает, или выберите другой адрес (SHEETDESK_HTTP__LISTEN, SHEETDESK_HTTP__ADMIN_LISTEN)
command-fault-no-socket = сокет управления { $path } не создать: { $cause }
command-fault-nothing-answers = по адресу { $address } никто не отвечает: { $cause }
command-trial-begins = Пробуем на отдельном листе таблицы { $spreadsheet }; в конце он удаляется. Это около 40 вызовов за минуту.
command-trial-as-assumed = так
command-trial-otherwise = ИНАЧЕ
command-trial-found = нашли: { $words }
command-trial-then = тогда: { $words }
command-trial-all-as-assumed = Всё так, как рассчитано: { $count } проб.
command-trial-some-otherwise = Иначе, чем рассчитано: { $others } из { $count }. Что служба делает в этих случаях, сказано выше.
command-trial-call-failed = { $about }: вызов не удался ({ $error })
command-trial-tab-left = лист «{ $title }» не удалось удалить ({ $error }): удалите его сами
command-trial-new-tab = новый лист
command-trial-one-line = ответ в одну строку стирается, если он ещё тот же
command-trial-lines = ответ с переносами строк – так же
command-trial-spaces = ответ с пробелами по краям – так же
command-trial-signs = ответ со знаками ? * ~ . – так же
command-trial-number = ответ-число – так же
command-trial-case = другие буквы (регистр) – не тот же текст
command-trial-part = часть ячейки – не тот же текст
command-trial-status = статус меняется на слово
command-trial-formula = формула не стирается и узнаётся
command-trial-not-evaluated = текст, похожий на формулу, остаётся текстом
command-trial-in-order = изменения одного вызова идут по порядку
command-trial-whole = вызов с ошибкой не меняет ничего и называет её место
command-trial-long-cell = в ячейку входит 49 000 знаков
command-trial-new-row = новая строка ложится под последней и читается тем же вызовом
command-trial-some-sorted = сортировка части столбцов оставляет наш на месте
command-trial-all-sorted = сортировка всех столбцов переносит и наш
command-trial-token = занятая метка отклоняется, снятая свободна
command-trial-late = вызов, чей ответ не дождались, после занятой метки не ложится
command-trial-plain = служба смотрит ещё раз и, если текст тот же, меняет ячейку сразу после взгляда, без сравнения, и считает такие случаи (sheetdesk_plain_writes_total)
command-trial-overwritten = служба может стереть чужой текст: не запускайте её с этой таблицей и сообщите разработчикам
command-trial-looks = служба верит взгляду, а не ответу: после каждого потерянного ответа она смотрит и сравнивает, но ответ партнёру может задержаться
command-trial-doubles = запись, чей ответ потерялся, может лечь в таблицу дважды или поздно; служба увидит это при следующем взгляде и поправит
command-trial-changed = изменено ячеек: { $count }, в ячейке «{ $shows }»
command-trial-shows = в ячейке «{ $shows }»
command-trial-named = назван вызов { $change }, в ячейке «{ $shows }»
command-trial-accepted = принято, в ячейке «{ $shows }»
command-trial-failed = не вышло ({ $words }), в ячейке «{ $shows }»
command-trial-characters = знаков в ячейке: { $count }
command-trial-below = под последней строкой { $shows }
command-trial-after-sort = после сортировки { $shows }
command-trial-fates = ответы: { $fates }
command-trial-landed = метка: { $fate }, вызов лёг
command-trial-not-landed = метка: { $fate }, вызов не лёг
