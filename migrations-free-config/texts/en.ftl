# What the bot says in English. Short, warm, to the point.
# To say it otherwise to partners, put texts/en.ftl beside your settings file, with only the texts in it that you change: anything before “Words in the sheet”.
# The words of the sheets themselves (columns, statuses, actions) come from the settings: $word-publish and others.

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

## Words in the sheet
history-specialist = Specialist: { $text }
history-specialist-named = Specialist ({ $name }): { $text }
history-note = Note: { $text }
history-archived = … earlier lines are in the tab “{ $tab }”, No. { $number }, part { $part }
file-photo = Photo
file-video = Video
file-animation = Animation
file-audio = Audio
file-voice = Voice message
file-video-note = Video message
file-document = File
file-sticker = Sticker
file-named = { $kind } “{ $name }”
file-sized = { $file }, { $size }
size-bytes = { $bytes } B
size-kilobytes = { $kilobytes } KB
size-megabytes = { $whole }.{ $tenths } MB
line-file = { $described }: { $link }
line-file-no-address = { $described } (no link: the service has no address on the internet, setting http.public_url)
line-file-too-large = { $described } (no link: Telegram does not give bots files over 20 MB. Ask for a link, or for the file in parts)
line-contact = Contact: { $name }, { $phone }
line-contact-name = Contact: { $name } (no number)
line-contact-number = Contact: { $phone }
line-contact-empty = A contact without a name or a number
line-described = [{ $kind }] { $words }
other-checklist = checklist
other-contact = contact
other-document = file
other-game = game
other-gift = gift
other-giveaway = giveaway
other-invoice = invoice
other-paid-media = paid photo
other-photo = photo
other-poll = poll
other-sound = sound
other-story = story
other-unknown = attachment
other-video = video
line-place = Place: { $name }, https://maps.google.com/maps?q={ $position }
line-position = Place: https://maps.google.com/maps?q={ $position }
line-poll = Poll: { $question }
line-forwarded = Forwarded ({ $from }): { $text }
line-forwarded-nobody = Forwarded: { $text }
line-reply = In reply to “{ $quote }”: { $text }
line-changed =
    { $text }
    (changed at { $time }, before: { $before })
line-corrected = Changed message: { $text }
line-withdrawn =
    { $before }
    (withdrawn at { $time })
line-taken-back = Withdrawn answer: { $text }
line-recoded = Code changed: { $before } → { $after }
line-rated = Rating { $thumb }: { $words }
delivery-grace = waits until { $time }: clear the cell to cancel
delivery-formula = not delivered: the cell holds a formula, and its value has changed. Type the answer as text, and we will send it
delivery-formula-kept = delivered { $time }; the cell holds a formula, please clear it yourself
delivery-unready = waiting: the cell shows “{ $shown }”, which is no answer. Correct the formula or type the text, and we will send it
delivery-unready-held = waiting: the cell shows “{ $shown }”, which is no answer. Once there is a value we will hold it: it may have stood here before the start
delivery-noted = a note in the dialogue since { $time }; the partner does not see it
delivery-waiting = waiting to be sent
delivery-held = waiting: the answer stood here before the start. To send it, change the text or ask the administrator
delivery-no-template = waiting: there is no template “/{ $name }”; the nearest is “/{ $nearest }”. Correct the name, or put a space before “/” to send it as it is
delivery-no-templates = waiting: there is no template “/{ $name }”. Correct the name, or put a space before “/” to send it as it is
delivery-held-copied = waiting: the row is new, but already has a number or a dialogue, so it looks like a copy. To send it, change the text or ask the administrator
unaddressed-code = waiting: there is no such code in the list of partners. Correct the code, and we will send it
unaddressed-unregistered = waiting: the partner has not registered with the bot yet. Once that is done, we will send it
unaddressed-standing = waiting: the answer stood here before the start. To send it, change the text
delivery-mixed = stopped: the previous version mixed the appeals of several partners here, so the answer is not sent. Please write to the partner yourself; his next message opens a new row
delivery-delivered = delivered { $time }
delivery-delivered-maybe-twice = delivered { $time }, perhaps twice
delivery-blocked = has blocked the bot; we will send it when he is back
delivery-unknown = unknown: Telegram’s reply was lost. To send it again, change the text
delivery-unknown-twice = unknown, sent twice
delivery-deactivated = not delivered: the partner’s account was deleted
delivery-chat-not-found = not delivered: the partner has never written to the bot
delivery-gave-up = not delivered: Telegram did not answer for a day. To send it again, change the text
delivery-file-forbidden = not delivered: the file cannot be fetched from this address. Give a link from the internet, or write it within the text
delivery-file-unreachable = not delivered: the site with the file does not answer. Check the link, or write it within the text, and we will send it as it is
delivery-file-status = not delivered: there is no file behind the link (the site answers { $status }). Correct it, or write it within the text, and we will send it as it is
delivery-file-too-large = not delivered: the file behind the link is over 50 MB, which Telegram does not take. Write the link within the text, and we will send it as it is
delivery-file-not-a-picture = not sent: there is no picture or video behind the link
delivery-file-private = not delivered: the file on Google Drive is private. Share it by link, then type the answer again
delivery-refused = not delivered: Telegram refused it ({ $words })
delivery-correcting = correcting the answer until { $time }: change the text, or clear the cell to withdraw it
delivery-correcting-soon = correcting the answer: we will change it at { $time }, unless you change it again
delivery-withdrawing-soon = correcting the answer: we will withdraw it at { $time }, if the cell stays empty
delivery-corrected = delivered: corrected at { $time }
delivery-corrected-old = delivered: corrected at { $time }; what is older than two days cannot be deleted: it says “withdrawn” now, and the files remain
delivery-corrected-copy = delivered: corrected at { $time }; if that answer arrived twice, the second copy is as it was
delivery-withdrawn = withdrawn at { $time }
delivery-withdrawn-old = withdrawn at { $time }: the answer is older than two days, so the partner reads “This answer was withdrawn” in its place, and the files remain
delivery-withdrawn-copy = withdrawn at { $time }; if that answer arrived twice, the second copy remains
delivery-uncorrected = correcting the answer: it did not work, { $why }; the partner has what he had. “{ $word-send-again }” sends the text in the cell as a new answer
delivery-uncorrected-partly = correcting the answer: only a part was corrected, { $why }. “{ $word-send-again }” sends the text in the cell as a new answer
unchangeable-gone = the partner does not have the message any more
unchangeable-fixed = Telegram does not let it be changed any more
unchangeable-blocked = the partner has blocked the bot
unchangeable-no-chat = the chat with the partner is gone
unchangeable-gave-up = Telegram did not answer
unchangeable-file = the file behind the link cannot be had
unchangeable-refused = Telegram refused it ({ $words })
declined-nothing-to-correct = correcting the answer: there is no answer of ours here that could be changed. Type a new one, and we will send it
declined-occupied = correcting the answer: the cell holds another text, which was not sent. Clear it and choose “{ $word-correct }” again, or change the text, and we will send it as a new answer
declined-on-its-way = waiting to be sent: once the answer has arrived, it can be corrected
declined-nothing-to-send = not delivered: the cell is empty, so there is nothing to send. Type an answer
declined-delivered = delivered { $time }, so we do not send it again. To repeat it, type the answer once more
delivery-aside = waiting: the chat has answered already, so this text was not sent. Change it, and we will send it
delivery-aside-after = { $words }; the chat has answered, and this text was not sent: change it, and we will send it
stopped-moved = stopped: the rows moved while we were writing. We will find this row and write it again
stopped-doubled = stopped: this number is in several rows, please delete the others
stopped-mismatched = stopped: the number and the telegram_id of this row do not belong together; please undo the sort or the paste
stopped-unknown = stopped: we never gave these numbers, so no answers are sent from these rows. Clear the numbers, and the rows will get new ones
stopped-unreadable = stopped: the telegram_id of this row cannot be read. Put the whole number back into the cell, in digits alone
stopped-missing = stopped: the row is gone; the version history of the spreadsheet can bring it back

## The column about mailings
mailing-ready =
    { $count ->
        [one] ready: { $shown } recipient, { $time }
       *[other] ready: { $shown } recipients, { $time }
    }
mailing-ready-uncounted = ready; we will say how many recipients there are once the list of partners is read
mailing-status-by-hand = a status by itself announces nothing: choose “{ $word-publish }”
mailing-faulty = not ready yet: { $faults }
mailing-scheduled = goes out { $at }
mailing-held = not announced, though it was due { $at }. “{ $word-publish }” announces it now, “{ $word-cancel }” does not
mailing-adopted = announced before
mailing-preparing = preparing the picture
mailing-halted = not announced: { $why }
mailing-halted-midway = { $progress }, stopped: { $why }
mailing-halted-lost = not announced: its row was gone. To announce it, choose “{ $word-publish }”
mailing-running = { $progress }, { $left } left ({ $percent } %)
mailing-quiet = { $progress }; quiet hours, we will go on at { $until }
mailing-paused = paused: { $progress }. “{ $word-resume }” or “{ $word-cancel }”
mailing-cancelled = cancelled: { $progress }
mailing-cancelled-before = cancelled: nobody got it
mailing-over = announced { $at }: { $progress }
mailing-progress = { $sent } of { $all }
mailing-failed = { $count } not delivered
mailing-skipped = blocked the bot or want no promotions: { $count }
mailing-unknown = { $count } unknown
fault-no-title = there is no title
fault-no-description = there is no description
fault-no-start = there is no first day
fault-no-end = there is no last day
fault-start-unreadable = the first day cannot be read, it should look like 31.12.2026
fault-end-unreadable = the last day cannot be read, it should look like 31.12.2026
fault-start-two-ways = the first day may be { $one } or { $other }: write it as it is meant
fault-end-two-ways = the last day may be { $one } or { $other }: write it as it is meant
fault-start-far = the first day is more than three years away: check the year, it should look like 31.12.2026
fault-end-before-start = the last day comes before the first
fault-end-passed = the last day is over already
fault-unready =
    { $cell ->
        [title] the title
        [starts] the first day
        [ends] the last day
        [content] the picture
        [link] the link
       *[description] the description
    } shows an error or is still loading: correct the formula
fault-link-broken = the link is no address of a site, it should look like https://example.com
fault-link-is-mail = the link is a mail address, and the button opens only sites, such as https://example.com; put the mail address into the description
fault-content-broken = there is no picture to be had: one link to it is needed
fault-content-unshown = the picture comes from a formula (such as =IMAGE) that only the spreadsheet can show: put the link itself there, or clear the cell
fault-too-long =
    { $over ->
        [one] the text is { $over } character longer than Telegram takes
       *[other] the text is { $over } characters longer than Telegram takes
    }
obstacle-forbidden = the picture cannot be fetched from this address. Give a link from the internet, or clear “{ $word-content }”, and choose “{ $word-publish }”
obstacle-unreachable = the site with the picture does not answer. Check the link, or clear “{ $word-content }”, and choose “{ $word-publish }”
obstacle-status = there is no picture behind the link (the site answers { $status }). Correct the link, or clear “{ $word-content }”, and choose “{ $word-publish }”
obstacle-too-large = the file behind the link is over 50 MB. Take a smaller one, or clear “{ $word-content }”, and choose “{ $word-publish }”
obstacle-not-a-picture = there is no picture or video behind the link. Correct the link, or clear “{ $word-content }”, and choose “{ $word-publish }”
obstacle-private = the file on Google Drive is private. Share it by link and choose “{ $word-publish }”
obstacle-refused = Telegram did not take the picture ({ $words }). Take another, or clear “{ $word-content }”, and choose “{ $word-publish }”
obstacle-link = Telegram did not take the link of the button ({ $words }). Correct the link and choose “{ $word-publish }”
obstacle-words = Telegram did not take the message ({ $words }). Correct the row and choose “{ $word-publish }”
obstacle-chat = the admin chat does not take such messages from the bot ({ $words }). Let the bot write and send pictures there
obstacle-admin-chat = the picture could not be shown in the admin chat: the bot is not there. Bring it back and choose “{ $word-publish }”
obstacle-gave-up = Telegram never confirmed the picture. Choose “{ $word-publish }” once more
refusal-announced = announced already on { $day }; to announce it again, copy the row
refusal-announced-before = announced already; to announce it again, copy the row
refusal-nothing-to-do = there is nothing to do: this promotion is not going out now
refusal-unknown-action = there is no such action: “{ $word }”
refusal-copied = this is a copy of a row: when it is ready, choose “{ $word-publish }” once more
refusal-before-our-time = the action stood here before the start: choose it once more
refusal-test-failed = the test did not work: { $why }
refusal-no-list = the list of partners is not read yet: choose “{ $word-publish }” a little later
refusal-no-admin-chat = there is nowhere to show it: the settings name no admin chat
duration-at-once = less than a second
duration-seconds = ≈ { $seconds } s
duration-minutes = ≈ { $minutes } min
duration-hours = ≈ { $hours } h { $minutes } min

## To the operator
admin-bound-to-another = Code { $code } is bound already, but another Telegram account ({ $chat }) tried to register with the right phone. We refused.
admin-tab-unusable = The spreadsheet needs a hand; everything else goes on. { $words }
admin-tab-mended = The tab of { tab-name } is in order again.
admin-updates-webhook = Messages of partners do not reach us: the bot has a webhook, and we work by polling. Remove it with sheetdesk setup webhook --delete, and it goes on by itself.
admin-updates-taken = Messages of partners do not reach us: another program with the same token takes them. Stop it, and it goes on by itself.
admin-updates-back = Messages of partners come in again.
admin-overdue = ⏰ Appeal No. { $number } has waited for an answer since { $time }.
admin-rows-stopped = Appeals No. { $numbers } – { $words }
admin-staff-held = { $lost } of { $all } partners have vanished from the list at once. It looks as if the list is being rewritten, so nobody loses access yet. If it is meant, write “{ $word-not-authorized }” beside the Telegram IDs of these partners, or delete no more than a fifth of the rows at a time.
admin-staff-mended = The list of partners is in order again.
admin-revoked = Code { $code } is unbound: it was taken off the list, or its access was closed.
admin-restored = The journal is older than the spreadsheet: it seems to be restored from a copy. Numbers, statuses and histories were taken from the spreadsheet; answers in the cells wait for sheetdesk release answers; messages that may have gone out already and are not sent again: { $count }.
admin-mixed = Appeal No. { $number }: the previous version wrote messages of several partners into it ({ $partners }). Some messages may be lost, and answers may have gone to the wrong partner. No more answers are sent from this row. Ask these partners to write once more: each will get an appeal of his own.
refused-protected = the tab or the cells are protected. Remove the protection, or let the service edit them
refused-cell-limit = the spreadsheet is full, Google gives 10 million cells. Delete rows, columns or tabs that nobody needs
refused-cell-length = the text is over 50,000 characters, more than a cell holds. Shorten it
refused-other = Google says: { $words }
admin-refused-over = The tab of { tab-name }: all that Google refused to write is written.
admin-row-refused = Appeal No. { $number } cannot be written: { $words }. We will try again in a minute, later less often, and after every change of the tab, and say when it is written. The partner does not notice.
admin-partner-refused = The row of partner { $code } cannot be written: { $words }. We will try again in a minute, later less often, and after every change of the tab, and say when it is written. The partner keeps his access.
admin-list-faults = Please correct these rows in the list of partners:
    { $lines }
admin-list-mended = Every row of the list of partners can be read.
list-telegram-doubled = rows { $rows }: one and the same Telegram ID. For now it counts as partner { $code }; please remove it from the other rows
list-telegram-doubled-nobody = rows { $rows }: one and the same Telegram ID. Leave it in one row and clear the others
list-code-doubled = rows { $rows }: one and the same code { $code }. Nobody can register with it like this; leave one row
list-code = row { $row }: “{ $written }” does not look like a code. One word of at most 20 characters is needed
list-no-code = row { $row }: there is no code, so the partner cannot register
list-phone = row { $row }, code { $code }: the phone cannot be read, so the partner cannot register
list-telegram = row { $row }, code { $code }: the Telegram ID is no number. Clear the cell, and we will write the number ourselves
broadcast-begins =
    { $count ->
        [one] Announcing “{ $title }”: { $count } recipient.
       *[other] Announcing “{ $title }”: { $count } recipients.
    }
broadcast-over = “{ $title }” is announced. Received: { $sent }, not delivered: { $failed }, unknown: { $unknown }, blocked the bot or want no promotions: { $skipped }.
broadcast-halted = “{ $title }” is not going out: it cannot be sent. Its row says why, and what to do.
promotion-vanished = The row of the promotion “{ $title }” vanished while it was going out, so it was stopped. Bring the row back, and it goes on by itself.
promotion-unfit = The day of the promotion “{ $title }” has come, but something in its row is not right: the column “{ $word-mailing }” says what. Correct it and choose “{ $word-publish }”.
promotion-late =
    { $hours ->
        [one] The promotion “{ $title }” is { $hours } hour late, so we do not announce it by ourselves. “{ $word-publish }” in its row announces it, “{ $word-cancel }” does not.
       *[other] The promotion “{ $title }” is { $hours } hours late, so we do not announce it by ourselves. “{ $word-publish }” in its row announces it, “{ $word-cancel }” does not.
    }
promotion-tested =
    { $count ->
        [one] This is a test: { $count } recipient will see the promotion like this. Announcing it takes: { $time }.
       *[other] This is a test: { $count } recipients will see the promotion like this. Announcing it takes: { $time }.
    }
promotion-tested-uncounted = This is a test: partners will see the promotion like this. We will say how many they are once the list is read.
admin-promotion-refused = The row of promotion { $key } cannot be written: { $words }. We will try again in a minute, later less often, and after every change of the tab, and say when it is written.
operator-released =
    { $count ->
        [0] No answers are held.
        [one] { $count } held answer is on its way.
       *[other] { $count } held answers are on their way.
    }
operator-quarantine =
    { $count ->
        [0] No records are set aside.
       *[other] Records set aside: { $count }. To try one again: /quarantine retry number, to drop it: /quarantine drop number; instead of the number you may say all.
    }
operator-unknown =
    { $count ->
        [0] The outcome of every message is known.
       *[other] These may or may not have arrived: { $count }. To send one again: /unknown resend name, to count it no more: /unknown drop name; instead of the name you may say all.
    }
admin-chat-moved = This chat has become a supergroup; its new number is { $chat }. We write here already; put the number into the settings: SHEETDESK_TELEGRAM__ADMIN_CHAT={ $chat }
operator-unknown-line = { $name } – { $at }
operator-unknown-line-appeal = { $name } – { $at }, appeal No. { $number }
operator-silence-ended = The waiting is over: what has gathered is on its way.
operator-done =
    { $count ->
        [0] There is no such thing in the list; nothing was done.
       *[other] Done: { $count }.
    }
operator-help =
    What you can ask:
    /status – how things are
    /check – check everything now
    /release – send the answers that stood in the spreadsheet before the start
    /release silence – do not wait for the end of the pause that Telegram asked for
    /quarantine – records that could not be understood
    /unknown – messages that may or may not have arrived
operator-failed = That did not work: { $words }
barred =
    { $bar ->
        [token] Telegram does not know the token (401): it was revoked or mistyped. Put the one that @BotFather shows into telegram.token and restart the service
        [unknown] Telegram knows no such bot (404): telegram.token or telegram.api_url is mistyped. Correct it and restart the service
        [logged_out] the bot has logged out of this Bot API server: put the address of the server that it uses now into telegram.api_url, or log it out there and wait ten minutes
        [frozen] Telegram has frozen the bot or the account that owns it: appeal in that account, by @SpamBot
        [misdirected] another Bot API server is in charge of the bot (421): put its address into telegram.api_url and restart the service
       *[conflict] somebody else uses the bot at the same time (409): stop the other program, or give it a bot of its own
    }
shut-refused = { $words }
shut-blocked = the bot is blocked there
shut-deactivated = the account is gone
shut-no-chat = there is no such chat, or nobody has written to the bot there
shut-moved = it became the supergroup { $chat }
shut-no-topic = there is no such topic there
shut-gave-up = Telegram did not answer
shut-fixed = the message there cannot be changed
verdict-well = All is well.
verdict-at-work = At work. { $words }
verdict-journal-down =
    The journal cannot store, so nothing new is accepted: Telegram keeps it for a day. { $place ->
        [chat] sheetdesk status on the server says what to do.
       *[shell] The reason: { $words }.
    }
verdict-journal-doubted =
    The journal cannot store, so nothing new is accepted: Telegram keeps it for a day. { $place ->
        [chat] sheetdesk status on the server says what to do.
       *[shell] Its file is being checked.
    }
verdict-tab-down =
    { $tab ->
        [partners] The tab of the partners
        [promotions] The tab of the promotions
       *[appeals] The tab of the appeals
    } cannot be used; the rest goes on.
verdict-barred =
    Telegram does not serve the bot; all that is to be sent waits. { $place ->
        [chat] sheetdesk check says what to do.
       *[shell] Why: { barred }.
    }
verdict-telegram-down = Telegram does not answer; all that is to be sent waits.
verdict-sheets-down = Google Sheets does not answer; all that is to be written waits.
verdict-silent =
    Telegram wants silence until { $until }, and nothing is sent before. To try at once: { $place ->
        [chat] /release silence
       *[shell] sheetdesk release silence
    }
verdict-webhook = Telegram does not bring us the messages: { $words }
verdict-inbox-late = What came has not been decided for { $minutes } min. Most likely the disk is full: make room, and it goes on by itself.
verdict-outbox-late = Messages have waited to be sent for { $minutes } min. They go on by themselves.
verdict-admin-chat = We cannot write to the admin chat ({ $words }): see that the bot is there and may write.
verdict-admin-moved = The admin chat has the number { $chat } now: put it into the settings.
verdict-staff-chat = We cannot write to the staff chat ({ $words }): see that the bot is there and may write.
verdict-staff-topics = Appeals cannot be given topics in the staff chat ({ $words }), so they stand in the chat itself: turn topics on in the group, and let the bot manage them.
verdict-throttled =
    { $link ->
        [telegram] Telegram asks
       *[sheets] Google Sheets asks
    } for patience: some things are late.
verdict-refused = Rows that Google refuses to write: { $count }. The admin chat and the tab “{ $word-state }” say which and why; we try again by ourselves.
verdict-quarantined =
    Records that could not be understood and were set aside: { $count }. What to do with them: { $place ->
        [chat] /quarantine
       *[shell] sheetdesk quarantine list
    }
verdict-held =
    Answers that stood in the spreadsheet before the start do not go out by themselves: { $count }, No. { $numbers }{ $more ->
        [0] .
       *[other] {" "}and { $more } more.
    } To send them: { $place ->
        [chat] /release
       *[shell] sheetdesk release answers
    }
verdict-unknown =
    Messages that may or may not have arrived: { $count }. What to do with them: { $place ->
        [chat] /unknown
       *[shell] sheetdesk unknown list
    }
verdict-failed = Messages that did not get through: { $count }.
status-queues = Waiting: to be decided – { $inbox }, to be sent – { $outbox }, to be written – { $rows }
status-oldest = The longest: { $seconds } s
status-troubles = Set aside – { $quarantined }, unknown – { $unknown }, not delivered – { $failed }, held – { $held }
status-look =
    { $tab ->
        [partners] The tab of the partners
        [promotions] The tab of the promotions
       *[appeals] The tab of the appeals
    }: looked at { $seconds } s ago
status-look-none =
    { $tab ->
        [partners] The tab of the partners
        [promotions] The tab of the promotions
       *[appeals] The tab of the appeals
    }: not looked at yet
status-look-trouble =
    { $tab ->
        [partners] The tab of the partners
        [promotions] The tab of the promotions
       *[appeals] The tab of the appeals
    }: { $words }
status-quota = Calls to Google left this minute: reads – { $reads }, writes – { $writes }
status-uptime = At work for { $hours } h { $minutes } min, parts restarted: { $restarts }
state-title = How the service is. As of { $at }
state-push = Last signal of the spreadsheet: { $at }
state-push-none = The spreadsheet has given no signal since the start: answers are noticed once a minute
state-mailing = Announcing “{ $title }”: { $done } of { $all }
state-stopped = Rows that we leave alone or cannot write:
state-stopped-none = All rows are in order.
state-stopped-appeal = Appeal No. { $number }
state-stopped-partner = Partner { $code }
state-stopped-promotion = Promotion “{ $title }”
state-refused = cannot be written: { $words }. We try again
state-stopped-list = List of partners
state-stopped-more = …and { $count } more
state-rated = Ratings of these days: 👍 { $up }, 👎 { $down }
state-day = Day
state-messages = Messages of partners
state-answers = Answers
state-announced = Received promotions
alert-begun =
    { $trouble ->
        [journal] ⚠️ The journal cannot store, so nothing new is accepted: Telegram keeps it for a day. What has happened and what to do, sheetdesk status on the server says.
        [telegram] ⚠️ Telegram does not answer. Everything is kept and goes out when it is back. If it lasts: sheetdesk check says whether it is the token or the network.
        [bot] ⚠️ Telegram does not serve the bot: it is the token, the owner’s account, or another program with the same bot. sheetdesk check says which, and what to do.
        [webhook] ⚠️ Telegram cannot bring us messages. Check the proxy and the certificate; sheetdesk check says what exactly is wrong.
        [sheets] ⚠️ Google Sheets does not answer. We accept messages and will write them later. If it lasts: sheetdesk check says with whom to share the spreadsheet.
        [looks] ⚠️ One of the tabs has not been looked at for long: its answers do not go out. See /status; a restart does no harm.
        [inbox] ⚠️ New messages wait to be decided. Most likely the disk is full: make room, and it goes on by itself.
        [outbox] ⚠️ Answers have waited to be sent for long: Telegram asks for patience. It goes on by itself; /status says how much waits.
        [quarantine] ⚠️ A record could not be understood and was set aside. /quarantine says what it is: try it again or let it go.
        [unknown] ⚠️ Nobody knows what became of a message: it may have arrived. /unknown – send it again or let it go.
        [admin-chat] ⚠️ We cannot write to the admin chat. See that the bot is there and may write; sheetdesk check says what is wrong.
        [staff-chat] ⚠️ We cannot write to the staff chat: see that the bot is there and may write. The spreadsheet works as ever; what was missed is shown in the chat when it opens.
        [staff-topics] ⚠️ Appeals cannot be given topics in the staff chat: turn topics on in the group, and make the bot an administrator who may manage them. Until then appeals go to the chat itself and nothing is lost; we will try again with the next ones.
        [disk] ⚠️ The disk is almost full. Make room: without it we cannot accept messages.
       *[loops] ⚠️ A part of the service had to be started again. Work goes on; the log says why, please show it to the developers.
    }
alert-over =
    { $trouble ->
        [journal] ✅ The journal stores again; what was kept is coming in.
        [telegram] ✅ Telegram answers again.
        [bot] ✅ Telegram serves the bot again.
        [webhook] ✅ Telegram brings messages again.
        [sheets] ✅ Google Sheets answers again.
        [looks] ✅ The tabs can be looked at again.
        [inbox] ✅ Messages are decided at once again.
        [outbox] ✅ Answers go out at once again.
        [quarantine] ✅ No records are set aside any more.
        [unknown] ✅ The outcome of every message is known again.
        [admin-chat] ✅ The admin chat can be written to again.
        [staff-chat] ✅ The staff chat can be written to again.
        [staff-topics] ✅ Appeals have topics of their own in the staff chat again.
        [disk] ✅ There is room on the disk again.
       *[loops] ✅ All parts work; there were no more restarts.
    } { $minutes ->
        [one] It lasted { $minutes } minute.
       *[other] It lasted { $minutes } minutes.
    }
staff-chat-moved = The staff chat has become a supergroup; its number is { $chat } now. We write there; to keep it so, put it into the settings: SHEETDESK_STAFF__CHAT={ $chat }
staff-number = No. { $number }
staff-who = {" "}· { $name } · { $code }
staff-who-uncoded = {" "}· { $name }
staff-who-nobody = {""}
staff-files-follow = Sent without words, shown below.
staff-file-unshown = This file cannot be shown here: open it from the spreadsheet.
staff-edited = The partner has changed this: { $text }
staff-edited-file = The partner has changed the file or its caption:
staff-answered = Answered from the spreadsheet: { $text }
staff-corrected = The answer was corrected in the spreadsheet: { $text }
staff-withdrawn = The answer was withdrawn in the spreadsheet.
staff-closed = The appeal is closed.
staff-take = I take it
staff-solve = Solved
staff-taken = 🟡 At work: { $name }
staff-solved = ✅ Solved
staff-solved-by = Solved: { $name }
staff-solved-too-soon = Not closed yet: the partner has written something else meanwhile. Read it and press “{ staff-solve }” again.
staff-sending = We will send it at { $time }. Until then the message can be changed or withdrawn.
staff-delivered = Delivered at { $time }. Change the message, and the partner’s changes too.
staff-correcting = We will change it for the partner at { $time }.
staff-corrected-at = Changed for the partner at { $time }.
staff-withdrew = Withdrawn at { $time }.
staff-unchanged = It could not be changed for the partner: { $why }.
staff-not-correctable = This answer cannot be changed any more: write a new one.
staff-not-sent = Not sent: the journal was restored from a copy, and the answer may have gone out before. If the partner has not got it, write it once more.
staff-no-template = Not sent: there is no template “/{ $name }”; the nearest is “/{ $nearest }”. Correct the message, and we will send it.
staff-no-templates = Not sent: there is no template “/{ $name }”. Correct the message, and we will send it.
staff-plain = { $words }
staff-withdraw = Withdraw
staff-cell-held = The spreadsheet holds another answer, which was not sent: { $text }
staff-not-passed-on = A message of this kind cannot be passed to the partner: write words, or send a photo, a voice message or a file.
staff-overdue = ⏰ The partner has waited for an answer since { $time }.
staff-summary =
    { $count ->
        [one] Many write at once. { $count } more appeal:
       *[other] Many write at once. { $count } more appeals:
    }
staff-summary-line = No. { $number } · { $name }: { $words }
staff-summary-more = …and { $count } more
staff-open-sheet = Open the spreadsheet
alert-check-again = Check again
alert-all-well = Checked: all is well.
heartbeat = At work for { $hours } h. Within a day: messages – { $messages }, answers – { $answers }. Waiting to be sent: { $waiting }.
digest-unanswered =
    { $count ->
        [one] Good morning! { $count } appeal waits for an answer: No. { $number }, { digest-span }.
       *[other] Good morning! { $count } appeals wait for an answer, the longest is No. { $number }, { digest-span }.
    }
digest-span =
    { $days ->
        [0] { $hours } h
       *[other] { $days } d { $hours } h
    }
digest-next = Next longest: { $waits }.
digest-wait = No. { $number } ({ digest-span })
digest-quiet = Good morning! Nobody waits for an answer.
digest-failed =
    { $count ->
        [one] { $count } answer did not get through: No. { $numbers }. The column “{ $word-delivery }” says why.
       *[other] { $count } answers did not get through: No. { $numbers }. The column “{ $word-delivery }” says why.
    }
digest-rated =
    { $down ->
        [0] Ratings of the day: 👍 { $up }.
       *[other] Ratings of the day: 👍 { $up }, 👎 { $down } (No. { $numbers }).
    }
tab-name =
    { $tab ->
        [partners] the partners
        [promotions] the promotions
       *[appeals] the appeals
    }

## About the spreadsheet
tab-trouble = The tab “{ $title }”: { $words }
spreadsheet-closed = the spreadsheet is closed to the service. Share it with { $account } as an editor.
spreadsheet-none = there is no such spreadsheet. Check its ID in the settings; perhaps it was deleted.
spreadsheet-api-off = in the Google project that { $account } belongs to, the Google Sheets API is switched off. Switch it on: { $enable } – within some minutes all goes on by itself.
spreadsheet-office-file = this is an Excel file (.xlsx) and no Google spreadsheet. Open it, choose File → Save as Google Sheets and put the ID of the new spreadsheet into the settings.
spreadsheet-read-only = the service may only read the spreadsheet. Let { $account } edit it.
tab-missing = There is no tab “{ $title }” in the spreadsheet: give it this name again, or correct the name in the settings.
tab-unreadable = The tab “{ $title }” cannot be read; we will try again in a minute. Google says: { $words }
tab-moving = The tab “{ $title }” cannot be read: its rows or columns move all the time. We will try again in a minute.
tab-columns-refused = the columns at the right cannot be added. { $why }
tab-marks-refused = Google does not let us mark our writes, so we do not write. { $why }
tab-archive-refused = Nothing can be added to the tab “{ $title }”, so the old parts of dialogues wait. { $why }
tab-archive-headless = { $why } The old parts of dialogues wait.
tab-astray = The tab “{ $title }”, row { $row }: the service wrote into the wrong place by mistake and cannot put back what was there. { $why } We will try again in a minute, later less often, and say when it is done.
why-protected = The tab or the cells are protected: remove the protection, or add { $account } to those who may edit them.
why-cell-limit = The spreadsheet is full (Google gives 10 million cells): delete rows, columns or tabs that nobody needs.
why-cell-length = The text is over 50,000 characters, more than a cell holds: shorten it.
why-google = Google says: { $words }
headers-wrong = The tab “{ $title }”: { $faults }. Correct the headers in the first row; the order of the columns does not matter.
header-missing = there is no column “{ $header }”
header-missing-alike = there is no column “{ $header }” (one like it is “{ $nearest }”)
header-doubled = there are several columns “{ $header }”
protection = Sheetdesk: the service writes here.

## What the service would do
foresee-begun = Looking into the spreadsheets and saying what we would do; nothing is written and nothing is sent. To stop: Ctrl-C.
foresee-over = Stopped. Nothing was written and nothing was sent.
foresee-running = a Sheetdesk is running with the data directory { $directory }: it looks already, and sheetdesk status says how it fares. To observe beside it, name an empty directory by SHEETDESK_DATA_DIR
foresee-uncopied = the journal cannot be copied to a temporary directory: { $words }
foresee-seen = The tab “{ $title }” is read: rows with a key or a telegram_id – { $rows }
foresee-held = Answers that stood here before the start: { $count }. They do not go out by themselves, only by sheetdesk release answers
foresee-answer = Send the partner the answer to appeal No. { $number }
foresee-staff = Show in the staff chat: { $words }
foresee-partner = Write to the partner: { $words }
foresee-operator = Write to the operator: { $words }
foresee-row = The tab “{ $title }”, row { $row } ({ $whose }): { $deeds }
foresee-row-new = The tab “{ $title }”, a new row: { $whose }
foresee-rows-more = The tab “{ $title }”: the same in { $more } more rows
foresee-columns = The tab “{ $title }”: add at the right the columns { $headers }
foresee-filter = The tab “{ $title }”: widen the filter over our columns
foresee-table = The tab “{ $title }”: widen the table over our columns and the new rows
foresee-fills = The tab “{ $title }”: colour the statuses
foresee-archive = The tab “{ $title }”: move parts of long dialogues there: { $parts }
foresee-archive-new = The tab “{ $title }”: make it, and move parts of long dialogues there: { $parts }
foresee-write = write { $columns }
foresee-clear = clear “{ $column }”
foresee-change = “{ $column }” → “{ $value }”
foresee-quoted = “{ $word }”
foresee-appeal = No. { $number }
foresee-code = code { $code }
foresee-promotion = promotion { $key }
foresee-unnumbered = without a number

## Why it did not work
aside-no-object = { $field } is no JSON object
aside-missing = { $field } is missing from Telegram’s update
aside-unlike = { $field } is not what the Bot API says
aside-gone = the record is gone
aside-unusable = nothing can be done with the record ({ $words })
aside-fault = a fault of the service itself ({ $words })
aside-deadly = the service fell over this record three times
failed-unread = the journal cannot be read whole: { $why }
failed-see-log = the log says why
failed-store = the journal cannot store: { $words }
failed-closed = the service is stopping
failed-busy = too much waits to be stored; try again a little later
failed-unknown-command = this version does not know that command
failed-sheets-busy = the service is busy with the spreadsheets; nothing may be erased yet. Try again
failed-nobody = nothing is stored of “{ $who }”. Give the code as it stands in the list of partners, or the Telegram ID
failed-no-record = there is no record { $record }; records are kept for 8 days
failed-undecodable = record { $record } cannot be understood: { $why }
failed-stumbles = the rules stumble over record { $record }; the log says where
