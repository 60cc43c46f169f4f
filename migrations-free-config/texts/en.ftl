# What the bot says in English. Short, warm, to the point. The words in the sheet are Russian only and stand in ru.ftl.
# To say it otherwise put texts/en.ftl beside your settings file, with the texts in it that you change.

# What the firm calls itself
firm = the partners' help desk

## Getting to know each other
welcome =
    Hello! This is { firm }. Here you can write to our specialists and get an answer.

    First, let us get acquainted: send your partner code, then press the button “{ share-contact }” below.
share-contact = Share my number
kept-before-registration =
    Your message is safe. To pass it on, let us get acquainted first: send your partner code, then press the button “{ share-contact }” below.
kept-is-full =
    We have kept your first { $limit } messages; there is no room for more. Send your partner code and press “{ share-contact }”, and we will pass them on.
phone-wanted = Code noted. Now press the button “{ share-contact }” below, so that we know it is you.
code-wanted = Number received. Now send your partner code.
contact-of-another = That is not your own contact. Please press the button “{ share-contact }”: Telegram then confirms that the number is yours.
phone-typed = That looks like a phone number. There is no need to type it: press the button “{ share-contact }” below, and Telegram confirms that it is yours. If it is your partner code, check it and send it again in a minute.
phone-unreadable = We could not read that number. Please write to your manager, who will check the phone in the list.
not-matched =
    There is no such pair of code and phone in the list. We read the code as “{ $code }”. Check it and send it again.

    If it is right, write to your manager: the list may hold another phone.
too-many-tries =
    { $minutes ->
        [one] Too many tries. Try again in { $minutes } minute.
       *[other] Too many tries. Try again in { $minutes } minutes.
    }
shortly = We are checking and will answer shortly; no need to send anything again.
bound-to-another = This code belongs to another Telegram account. If you have changed yours, write to your manager.
registered =
    Done, { $name }! Just write what has happened: we will pass it to a specialist and come back with the answer.

    /appeals – your appeals
    /promotions – current promotions
    /help – a hint
code-added = Done, code { $code } is added. New appeals are written under it; /code changes that
code-current = New appeals are written under code { $code }. To change that:
code-moved = Appeal No. { $number } is under code { $code } now, and so are new ones. To change that:
code-moved-unnumbered = Your appeal is under code { $code } now, and so are new ones. To change that:
code-later = From the next appeal on you write under code { $code }. Appeal No. { $number } is being answered and stays under code { $kept }. To change that:
code-only = Your code is { $code }. Do you have another one? Just send it here.
code-button = Write under code { $code }
code-revoked = Code { $code } is no longer linked to this chat; your other codes are as they were. If that is a mistake, please write to your manager.
kept-offer =
    { $count ->
        [one] Before we met you sent { $count } message. Shall we pass it to a specialist?
       *[other] Before we met you sent { $count } messages. Shall we pass them to a specialist?
    }
kept-send = Yes, pass on
kept-drop = No, thanks
kept-dropped = All right, we will not.
kept-gone = Those messages have been passed on already, or are too old. If the question remains, just write it.

## Appeals
help =
    Write your question here as an ordinary message: a specialist gets it, and the answer comes to this chat.

    /appeals – your appeals
    /promotions – current promotions
    /stop – no more promotions, /resume – promotions again
receipt = Got it: appeal No. { $number }. We will answer here.
receipt-unnumbered = Got your appeal. Its number will appear here in a moment; we will answer in this chat.
opening = We will answer { $day } after { $time }.
opening-by-day = We will answer { $day }.
opening-today = today
opening-tomorrow = tomorrow
opening-weekday =
    { $weekday ->
        [1] on Monday
        [2] on Tuesday
        [3] on Wednesday
        [4] on Thursday
        [5] on Friday
        [6] on Saturday
       *[7] on Sunday
    }
opening-date = on { day-of-month }
receipt-now = Appeal No. { $number } – { $status }.
added = Added to appeal No. { $number }.
added-unnumbered = Added to your appeal.
answer-heading = Answer to appeal No. { $number }
answer-withdrawn = This answer was withdrawn.
answer-part-withdrawn = This part of the answer was withdrawn.
written-first = A message from { firm }, appeal No. { $number }. To reply, just write here:
nameless = colleague
closed = Appeal No. { $number } is resolved. If the question remains, just write, and we will open a new one.
rated = Appeal No. { $number } is resolved. Your rating: { $thumb }, thank you! If the question remains, just write, and we will open a new one.
rating-remark = Add a few words
remark-wanted = Write in one message what you liked, or what we should do better.
remark-no = No, thanks
remark-none = All right, just the rating.
remark-taken = Thank you, we have passed it on.
welcomed = You are welcome!
revoked = Your code is no longer linked to this chat. If that is a mistake, please write to your manager, then send the code once more.
appeals-none = No appeals yet. Write your question as an ordinary message.
appeals-heading = Your appeals:
appeals-line = No. { $number } of { $date } – { $status }
appeals-line-undated = No. { $number } – { $status }
appeals-line-unnumbered = Without a number yet – { $status }
appeals-open = No. { $number }
appeals-open-unnumbered = No number
dialogue-heading =
    { $pages ->
        [1] { $appeal }
       *[other] { $appeal } (page { $page } of { $pages })
    }
dialogue-partner = You, { $at }
dialogue-specialist = Specialist, { $at }
dialogue-before = The specialist has what was written before.
dialogue-earlier = ‹ Earlier
dialogue-later = Later ›
dialogue-back = To the list
button-appeals = My appeals
button-promotions = Promotions
status-new = new
status-in-work = in work
status-forwarded = passed to a specialist
status-ai-answer = answered by AI
status-resolved = resolved
nothing-in-it = There is nothing to see in this message: perhaps only invisible characters were copied. Please write it again.
not-passed-on = A message of this kind cannot be passed to a specialist. Please put your question into words, or send a photo or a file.
too-fast = That is a lot of messages at once. Please wait a minute and write again.
too-fast-recorded = That is a lot of messages, but each of them is recorded. A specialist will read them all.
announcements-off = All right, no more promotions. Answers to your appeals come as usual. Bring promotions back with /resume
promotion-button = More
promotions-none = There are no promotions now. We will write as soon as there is one.
promotions-heading =
    { $pages ->
        [1] Promotions:
       *[other] Promotions, page { $page } of { $pages }:
    }
date = { day-of-month } { $year }
day-of-month =
    { $month ->
        [1] { $day } January
        [2] { $day } February
        [3] { $day } March
        [4] { $day } April
        [5] { $day } May
        [6] { $day } June
        [7] { $day } July
        [8] { $day } August
        [9] { $day } September
        [10] { $day } October
        [11] { $day } November
       *[12] { $day } December
    }
page-newer = ‹ Newer
page-older = More ›
announcements-on = We will tell you of promotions again. Switch them off with /stop
chat-number = The number of this chat: { $chat }
private-only = Hello! I answer only in a private chat: open my profile and press “Message”.

## Links to files
link-expired = The link has expired. Ask the partner to send the file again.
link-unknown = There is no such link. Check that it was copied whole.
link-file-gone = Telegram does not have this file any more.
link-file-later = Telegram does not answer now. Open the link a little later.

## The bot's menu
menu-start = Begin
menu-appeals = My appeals
menu-promotions = Promotions
menu-help = A hint

## How the service is
verdict-well = All is well.
verdict-at-work = At work; { $words }
verdict-journal-down = The journal cannot store, so nothing new is accepted (Telegram keeps it for a day): { $words }.
verdict-tab-down = The tab of { $tab } cannot be used; the rest goes on.
verdict-barred = Telegram does not serve the bot, so what is to be sent waits: { $words }.
verdict-telegram-down = Telegram cannot be reached; what is to be sent waits.
verdict-sheets-down = Google Sheets cannot be reached; what is to be written waits.
verdict-silent = Telegram wants silence until { $until }, and nothing is sent before. To try at once: `sheetdesk release silence`.
verdict-webhook = Telegram does not bring the updates ({ $words }): see `sheetdesk check`.
verdict-inbox-late = What came has not been decided for { $minutes } min. Mostly the disk is full: make room, and it goes on by itself.
verdict-outbox-late = Messages have waited to be sent for { $minutes } min; they go on by themselves.
verdict-admin-chat = The admin chat cannot be written to ({ $words }), so nobody is told of troubles: see `sheetdesk check`.
verdict-admin-moved = telegram.admin_chat is no longer right: the chat became the supergroup { $chat }; put that number in.
verdict-staff-chat = We cannot write to the staff chat ({ $words }): see that the bot is there and may write.
verdict-staff-topics = Appeals have no topics in the staff chat ({ $words }), and stand in the chat itself: turn topics on there, and let the bot manage them.
verdict-throttled =
    { $link ->
        [telegram] Telegram
       *[sheets] Google Sheets
    } asks for patience, so some things are late.
verdict-refused = Google refuses { $count } rows: which and why, the admin chat and the tab «Состояние» say. They are tried again.
verdict-quarantined = { $count } records were set aside: see `sheetdesk quarantine list`.
verdict-held =
    { $count } answers from before the first look wait for `sheetdesk release answers`: № { $numbers }{ $more ->
        [0] .
       *[other] {" "}and { $more } more.
    }
verdict-unknown = { $count } messages may or may not have arrived: see `sheetdesk unknown list`.
verdict-failed = { $count } messages did not get through.
