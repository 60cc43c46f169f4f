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
    /failed – messages that did not get through
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
verdict-staff-moved = The staff chat has the number { $chat } now: put it into the settings.
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
verdict-failed =
    Messages that did not get through: { $count }. Which, and why: { $place ->
        [chat] /failed
       *[shell] sheetdesk failed list
    }
status-refused-messages =
    { $count ->
        [0] Every message got through.
       *[other] Messages that Telegram refused: { $count }. To count one no more: /failed drop name; instead of the name you may say all.
    }
status-refused-message = { $name } – { $at }, to { $to }{ $about }
status-refused-appeal = , appeal No. { $number }
status-refused-promotion = , promotion { $key }
status-refused-why = : { $words }
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
        [no-webhook] ⚠️ No messages reach us: no webhook is set, or Telegram has refused it. /status says why, and sheetdesk check what to do.
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
        [no-webhook] ✅ The webhook is set; Telegram knows again where to bring the messages.
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
failed-no-address = no webhook is set, and http.public_url is not given. Name the service's address (SHEETDESK_HTTP__PUBLIC_URL=https://…), or ask Telegram yourself: telegram.mode = "polling"
failed-busy = too much waits to be stored; try again a little later
failed-unknown-command = this version does not know that command
failed-sheets-busy = the service is busy with the spreadsheets; nothing may be erased yet. Try again
failed-nobody = nothing is stored of “{ $who }”. Give the code as it stands in the list of partners, or the Telegram ID
failed-no-record = there is no record { $record }; records are kept for 8 days
failed-undecodable = record { $record } cannot be understood: { $why }
failed-stumbles = the rules stumble over record { $record }; the log says where

## The commands, and what is wrong with settings
settings-hidden = (not shown: it looks like a secret)
settings-head =
    { $count ->
        [1] One thing is wrong with the settings:
       *[other] { $count } things are wrong with the settings:
    }
settings-besides = Noticed besides:
settings-whole-file = (the whole file)
settings-embedded = embedded defaults
settings-in-file = file { $path }
settings-in-variable = environment variable { $name }
settings-in-secret-file = secret file { $path }, named by { $variable }
settings-nowhere = not set anywhere
settings-unknown-variable = The environment variable { $variable } is unknown and ignored; the nearest known one is { $nearest }.
settings-secret-no-text = A secret must be a text.
settings-quote = Write it in "quotes".
settings-list = This is a list; one value is expected.
settings-set-to = Set it to { $meaning }.
settings-missing = A value is needed, and none is given.
settings-needed = Set the environment variable { $variable }, or { $path } in the settings file, to { $meaning }.
settings-needed-secret = Set the environment variable { $variable } (or { $file } to a file that holds it), or { $path } in the settings file, to { $meaning }.
settings-file-unread = The file cannot be read: { $cause }.
settings-check-path = Check that the path is right and that the service may read the file.
settings-file-unclear = The file cannot be understood: { $words }.
settings-file-unclear-at = The file cannot be understood in line { $line }: { $words }.
settings-file-form = Write `name = value`, with texts in "quotes" and each name once in its [section].
settings-given-twice = It is given twice: { $variable } is set as well.
settings-given-twice-cure = Keep one of the two variables and delete the other.
settings-secret-unread = The secret's file cannot be read: { $cause }.
settings-secret-in-place-of-path = The secret's file cannot be read: the variable must hold a path, not the secret itself.
settings-is-section = This is the name of a section, not of a single setting.
settings-section-form = Write [{ $path }] on a line of its own, and its settings below.
settings-is-setting = This is a single setting, not a section.
settings-setting-form = Write `name = value`.
settings-unknown = There is no such setting.
settings-unknown-cure = The nearest known one is { $nearest }: correct the name or delete the line.
settings-no-zone = There is no time zone { $value }.
settings-nearest-zone = The nearest known one is { $nearest }.
settings-no-schedule = { $value } is not a schedule.
settings-never-comes = The moment { $value } never comes.
settings-schedule-form = Write six fields – second, minute, hour, day of month, month, day of week – or five, without the second: "0 */5 * * * *" means every five minutes.
settings-or-none = { $remedy } Or write none.
settings-no-quiet-hours = { $value } are not quiet hours.
settings-quiet-hours-form = Write the first and the last moment as 21:00-09:00, or none.
settings-no-number = { $value } is not a number of { settings-unit } that can be used here.
settings-number-form = Write a whole number of { settings-unit } from { $least } to { $most }.
settings-no-choice = { $value } is not one of the choices.
settings-choices = Write { $one } or { $other }.
settings-no-filter = { $value } is not a filter for the log.
settings-filter-form = Write error, warn, info, debug or trace, or per part: info,sheetdesk::sheets=debug
settings-no-chat = { $value } is not the number of a chat.
settings-chat-form = Write the number alone, with its minus if it is a group: -1001234567890.
settings-no-group = { $value } is not the number of a group.
settings-group-form = Write the number of a group, with its minus: -1001234567890. Whoever is in it can answer partners.
settings-no-names = { $value } is not an account with its name.
settings-names-form = Write each as the number of a Telegram account and a name: 700000001=Иванова; 700000002=Петров.
settings-no-listen = { $value } is not an address to listen on.
settings-listen-form = Write an IP address, a colon and a port: 127.0.0.1:8080 for this machine alone, 0.0.0.0:8080 for all its networks.
settings-unprotected = { $value } is not protected: Telegram calls only https addresses.
settings-https-form = Write the https:// address that leads here from the internet.
settings-no-spreadsheet = { $value } is neither a spreadsheet's ID nor its address.
settings-spreadsheet-form = Copy the address from the browser: https://docs.google.com/spreadsheets/d/ID/edit
settings-no-tab-name = { $value } is not the name of a tab.
settings-tab-name-form = Copy the name from the bottom of the spreadsheet.
settings-no-url = { $value } is not an address.
settings-url-scheme = { $value } does not begin with https:// or http://.
settings-url-password = { $value } has a name or a password in it.
settings-url-more = { $value } has more behind its path.
settings-url-form = Write an address such as https://desk.example.com, without a password, `?` or `#`.
settings-key-itself = This is the key itself; the path of its file is expected.
settings-key-itself-cure = Save the key in a file that only the service may read, and name that file.
settings-key-unread = The file { $path } cannot be read: { $cause }.
settings-key-no-json = The file { $path } is not JSON.
settings-key-other = The file { $path } is a key of another kind: not a service account's.
settings-key-lacks = The file { $path } lacks { $names }.
settings-key-damaged = The file { $path } has a damaged private_key: it is not a key in PEM form.
settings-key-address = The file { $path } has a token_uri that is not an http or https address.
settings-key-cure = In Google Cloud create a new JSON key for the service account, and use that file unchanged.
settings-token-no-colon = This does not look like a bot's token: it has no colon.
settings-token-no-number = This does not look like a bot's token: what stands before the colon is not a number.
settings-token-letters = This does not look like a bot's token: only A-Z a-z 0-9 _ - may stand after the colon.
settings-token-cure = Copy the token from @BotFather whole: digits, a colon, letters.
settings-example = This is an example, known to everybody, and no secret.
settings-length = It has { $length } characters; it must have { $least } to { $most }.
settings-repeats = It repeats the same few characters and is easily guessed.
settings-webhook-letters = It has characters that Telegram does not take: only A-Z a-z 0-9 _ - are allowed.
settings-webhook-secret-cure = Make a new one, for example with `openssl rand -hex 32`.
settings-header-letters = It has characters that a header cannot carry: spaces or letters that are not Latin.
settings-legacy-secret-cure = Make a new one with `openssl rand -hex 32`, and put it into the predecessor's script as well.
settings-no-prefix = It does not begin with whsec_.
settings-no-base64 = What follows whsec_ is not base64, or a part of it is missing.
settings-key-bytes = The key has { $bytes } bytes; it must have { $least } to { $most }.
settings-callback-secret-cure = Make a new one with `echo "whsec_$(openssl rand -base64 32)"`.
settings-word-twice = { $value } stands twice: it is a word of { $other } as well.
settings-delete-one = Delete one of the two.
settings-no-word-list = This is not a list of words.
settings-word-empty = The list, or a word in it, is empty.
settings-word-list-form = Write a list of words in quotes, the one that we shall write first: ["Статус", "status"].
settings-no-colour = This is not a colour.
settings-colour-form = Write it as "#f3cccc".
settings-same-address = It is the address of http.listen: two things cannot listen in one place.
settings-own-port = Give it a port of its own.
settings-same-tab = It is the same tab of the same spreadsheet as { $other }.
settings-own-tab = Partners, appeals and promotions each need a tab of their own.
settings-no-working-hours = { $value } are not working hours.
settings-working-hours-form = Write days and hours as mon-fri 09:00-18:00; sat 10:00-14:00.
settings-overlap = In { $value } hours of one day overlap.
settings-overlap-cure = Name each hour once.
settings-no-day = { $value } is not a day.
settings-day-form = Write days as 2027-01-01, 2027-01-02.
settings-text-form = Write `name = text`, with further lines of the text indented and every brace closed.
settings-text-twice = It stands in the file twice.
settings-no-text = There is no such text.
settings-no-text-cure = The nearest known one is { $nearest }: correct the name or delete the text.
settings-not-for-partners = This text is not for partners, and stays as it is.
settings-delete-it = Delete it from the file.
settings-elaborate = It is more than a text: an attribute, a term or a function.
settings-plain-words = Write plain words; arguments and other texts stand among them in braces, as in our own file.
settings-misplaced = It places { $text }, which does not exist, or is placed within itself.
settings-misplaced-cure = Correct the name, or write the words out.
settings-leaves-out = It leaves out what it should tell: { $names }.
settings-leaves-out-cure = Put that in its place among the words.
settings-not-given = It places what it is not given: { $names }.
settings-not-given-cure = Compare it with the text that it replaces.
settings-long-label = It stands on a button or in the bot's menu, and is too long for that, or more than words.
settings-label-form = Write at most 64 characters in one line.
settings-no-proxy = One of the addresses is not a proxy's.
settings-proxy-form = Write each as http://, https://, socks5:// or socks5h:// with a host and a port, such as socks5h://name:password@proxy.example.com:1080, and commas between them; or none.
settings-no-firm-name = The name does not fit into a sentence.
settings-firm-name-form = Write it in one line, in at most { $most } characters, without braces.
settings-check-text = Check that it is a text file, or move it away.
settings-no-variable = Line { $line } begins like a setting and is none.
settings-variable-form = Write NAME='value', one on each line.
settings-not-for-this-user = The file may not be read by the user who runs this command, so what it says is missing.
settings-with-sudo = Run the command as the user who may, or with sudo.
settings-unit =
    { $unit ->
        [connections] connections
        [seconds] seconds
        [minutes] minutes
        [hours] hours
        [days] days
       *[messages] messages per second
    }
settings-meaning-directory = a directory that the service may write to
settings-meaning-time-zone = a time zone such as Europe/Moscow
settings-meaning-address = an address such as 127.0.0.1:8080
settings-meaning-admin-address = an address such as 127.0.0.1:9090
settings-meaning-log-format = pretty or json
settings-meaning-level = a level such as info
settings-meaning-public-url = the address of this service as the internet sees it
settings-meaning-whole = a whole number
settings-meaning-whole-seconds = a whole number of seconds
settings-meaning-whole-minutes = a whole number of minutes; 0 is for ever
settings-meaning-whole-days = a whole number of days
settings-meaning-hours-or-none = a whole number of hours, or none
settings-meaning-rate = a whole number; 0 is no limit
settings-meaning-token = the token that @BotFather gave you for this bot
settings-meaning-telegram-url = https://api.telegram.org
settings-meaning-intake = webhook or polling
settings-meaning-webhook-secret = a word of your own that only Telegram will know, for example from `openssl rand -hex 32` (it is needed because telegram.mode is webhook)
settings-meaning-admin-chat = the number of the chat that alerts go to
settings-meaning-flag = true or false
settings-meaning-sheets-url = https://sheets.googleapis.com
settings-meaning-key-file = the path of the service account's key file, as Google Cloud lets you download it
settings-meaning-callback-secret = the word that signs the sheets' calls; make one with `echo "whsec_$(openssl rand -base64 32)"`
settings-meaning-spreadsheet = the spreadsheet's ID or its whole address from the browser
settings-meaning-tab = the name of a tab as it stands at the bottom of the spreadsheet
settings-meaning-schedule = six fields, such as "0 */5 * * * *" for every five minutes
settings-meaning-legacy-secret = the predecessor's X-Webhook-Secret
settings-meaning-quiet-hours = hours such as 21:00-09:00, or none
settings-meaning-week = days and hours such as mon-fri 09:00-18:00; sat 10:00-14:00
settings-meaning-holidays = days such as 2027-01-01, 2027-01-02
settings-meaning-staff-chat = the number of the specialists' group
settings-meaning-staff-names = accounts with names, such as 700000001=Иванова; 700000002=Петров
settings-meaning-firm = the firm's name in one line, at most 60 characters
settings-meaning-proxies = addresses such as socks5h://name:password@proxy.example.com:1080, with commas between several; none is a straight connection
settings-meaning-language = ru or en
command-system-not-found = nothing is there
command-system-denied = the account may not: give it the right to (chown, chmod)
command-system-is-directory = it is a directory, not a file
command-system-no-directory = a part of the path is a file, not a directory
command-system-exists = there is something already
command-system-not-text = it is no text
command-system-full = the disk is full: make room (df -h), and it goes on by itself; what was acknowledged is kept
command-system-quota = the account's quota is used up: raise it or make room, and it goes on by itself; what was acknowledged is kept
command-system-too-large = files may not grow any further: raise the limit (LimitFSIZE=, ulimit -f), and it goes on by itself
command-system-read-only = nothing can be written there: mount it for writing, or name another directory by SHEETDESK_DATA_DIR (under systemd it must stand in ReadWritePaths= or be the StateDirectory=)
command-system-too-many = the limit of open files is used up: raise it (LimitNOFILE=, ulimit -n)
command-system-refused = nobody listens there
command-system-timed-out = no answer in time
command-system-broken-off = the other side is gone
command-system-taken = somebody else listens there
command-system-no-name = its name is not found (DNS)
command-system-no-route = there is no way to it from here
command-system-certificate = its certificate is not trusted
command-system-no-connection = no connection
command-system-proxy-denies = the proxy wants another name or password
command-system-no-token-server = the server of Google's access tokens cannot be reached
command-system-other = { $words }
command-init-token = The bot's token from @BotFather
command-init-key-file = The Google service account's key file (JSON)
command-init-partners = The address of the spreadsheet with the partners
command-init-appeals = The one with the appeals (Enter: the same)
command-init-promotions = The one with the promotions (Enter: the same, "no": none)
command-init-public-url = The service's public address, https://… (Enter: none, we ask Telegram ourselves)
command-init-admin-chat = The admin chat: a number, or "word" – then you write to the bot there, and we hear the number (Enter: none)
command-init-bot = this is the bot { $name }
command-init-unknown-token = Telegram does not know this token: copy all of it from @BotFather, with the number and the colon.
command-init-telegram-away = { $error }. That is not the token but this machine's network, or a proxy is needed here. The token is tried later: sheetdesk check
command-init-proxy = A proxy on the way to Telegram, socks5h://… or http://… (Enter: none)
command-init-share-with = this is the account { $email }: let it into your spreadsheets (“Share”, as an editor)
command-init-shared = Shared? Press Enter
command-init-tabs = the spreadsheet opens; its tabs are { $titles }
command-init-google-away = { $error }. That is this machine's network, or a proxy is needed here (sheets.proxy). The spreadsheets are tried later: sheetdesk check
command-init-chat-moved = this group has become a supergroup; its number is { $chat } now
command-init-no-word = Telegram is not reached now, so no word can be heard. Say the number, or press Enter: /id tells the number later
command-init-webhook-in-the-way = a webhook takes the bot's messages already, and taking it away is not for this command. Write /id@{ $bot } in that chat: the service that runs answers with the number
command-init-write = add @{ $bot } to the group (or open a chat with it) and write { $command } there. We wait { $minutes } min.
command-init-word-late = nothing came; say the number, or try again
command-init-word-unheard = the word cannot be heard: { $error }
command-init-answer-needed = We cannot do without this one.
command-init-exists = { $file } is there already; move it away, or name another directory by --directory
command-init-ended = the answers ended before the questions; nothing was written
command-init-unread = the answer cannot be read: { $cause }
command-init-not-understood = { $key } was not understood { $tries } times; nothing was written
command-init-no-random = this machine gives no random numbers
command-init-unmade = { $file } cannot be written: { $cause }
command-init-done = Done: { $settings }, { $secrets }
command-init-next = Next:
command-init-settings-head = Made by `sheetdesk init`. Every other setting has its default; what there is to set: sheetdesk.toml of the program.
command-init-secrets-head = Secrets: whoever reads this can speak as the bot. Fits `EnvironmentFile=` and `--env-file` as it is.
command-about-settings = settings
command-about-time-zone = time zone
command-about-disk = disk
command-about-privacy = privacy
command-about-open-files = open files
command-about-journal = journal
command-about-telegram = Telegram
command-about-admin-chat = admin chat
command-about-staff-chat = staff chat
command-about-webhook = webhook
command-about-updates = updates
command-about-sending = sending
command-about-clock = clock
command-about-address = address
command-about-google = Google
command-about-partners = partners
command-about-appeals = appeals
command-about-promotions = promotions
command-about-answers = answers
command-about-quota = quota
command-about-ports = ports
command-about-telegram-path = way to Telegram
command-about-google-path = way to Google
command-about-writing = writing
command-about-version = version
command-mark-fine = ok
command-mark-note = note
command-mark-wrong = WRONG
command-check-complete = complete and readable
command-check-not-storing = it cannot store, so nothing new is accepted: { $why }
command-check-unstoring = it cannot store, so nothing new is accepted: it is being checked
command-check-token-right = the token is right, the bot is { $name }
command-check-bot-barred = { $error }: { $remedy }
command-check-telegram-away = { $error }. The token has nothing to do with it: this machine does not reach { $url }. See to the network (DNS, firewall); if the way there is through a proxy, name it in telegram.proxy. Without that way neither a webhook nor polling helps: the service could answer nobody
command-check-google-away = { $error }. See to this machine's network (DNS, firewall); if the way to Google is through a proxy, name it in sheets.proxy
command-check-path-serves = it answers through { $proxy }, and the service goes that way
command-check-path-spare = it answers through { $proxy } as well, to be taken if need be
command-check-path-fails = it does not answer through { $proxy }: { $error }
command-check-path-straight = it answers without a proxy as well
command-check-path-straight-only = it answers without a proxy alone: take them out of the settings, or mend them
command-check-path-not-straight = it does not answer without a proxy: { $error }
command-check-polling-fits = Telegram is reached through a proxy alone; polling is made for such a network: we ask it ourselves
command-check-one-way-out = we reach Telegram, and it does not reach us. Open the address to it (port 443, the networks 149.154.160.0/20 and 91.108.4.0/22), or ask it yourself: telegram.mode = "polling"
command-check-webhook-past-proxy = Telegram is reached through a proxy alone, and brings a webhook's updates past it. If they do not arrive, ask for them yourself: telegram.mode = "polling"
command-check-written = a message went to { $chat }
command-check-hello = A trial: the help desk can write here.
command-check-ports-free = { $public } and { $admin } are free
command-check-port-taken = nobody can listen on { $address }: { $cause }. Stop whoever listens there, or name another address in { $setting }
command-check-writing = the spreadsheets can be edited: { $count } tried
command-check-no-writing = the spreadsheet { $spreadsheet } cannot be edited: { $error }
command-check-newer-version = { $there } is out, and this is { $ours }; the CHANGELOG says what is new
command-check-newest-version = { $ours }, and there is no newer one
command-check-no-version = { $file } names no version, such as 1.2.3
command-check-version-unread = { $file } cannot be read: { $cause }
command-check-next = Next: { $command }
command-check-next-mend = Wrong: { $count }. Mend it as said above, and check again: { $command }
command-check-no-telegram = { $error }. Is the token the one that @BotFather gave, and can this machine reach { $url }?
command-check-writable = { $chat } can be written to
command-check-chat-moved = { $chat } became the supergroup { $to }, which the service follows. Put the new number into { $key }
command-check-chat-refused = { $chat } cannot be written to: { $error }. Is the number right, has somebody there pressed “Start”, or, in a group, is the bot a member that may write?
command-check-chat-unanswered = { $chat } cannot be written to: { $error }. Try again once Telegram answers
command-check-silent = Telegram wants silence until { $until }, and nothing is sent before. To try at once: sheetdesk release silence
command-check-no-updates = Telegram does not bring the updates: { $words }
command-check-polling = we ask for them (polling)
command-check-polling-in-vain = telegram.mode is "polling", but a webhook is set, so Telegram gives us nothing. Take it away: sheetdesk setup webhook --delete
command-check-webhook-set = set, updates waiting: { $waiting }
command-check-webhook-failing = set, updates waiting: { $waiting }; Telegram's last try failed: { $words }
command-check-webhook-to-come = not set yet; `serve` does it, or: sheetdesk setup webhook
command-check-webhook-nowhere = none is set, and http.public_url is empty: Telegram does not know where to call. Set SHEETDESK_HTTP__PUBLIC_URL=https://…
command-check-webhook-of-others = set to another address by somebody else
command-check-webhook-of-others-failing = set to another address by somebody else; Telegram's last try failed: { $words }
command-check-quota-made = this check made { $made } of the 60 reads that Google grants a minute; no service runs here yet
command-check-quota-left = the service has { $reads } of { $all } reads and { $writes } of { $all } writes left in this minute
command-check-quota-spent = { $left }; if it is often so, look less often: schedule.appeals, schedule.partners
command-check-tab-right = tab “{ $title }”, every column found; whether we may write shows at the first write
command-check-tab-to-complete = tab “{ $title }”, every column found; ours are added at the right end at the start
command-check-no-tab = there is no tab “{ $title }”; the spreadsheet has { $there }. Rename the tab, or name the right one in the settings
command-check-zone = { $name }, where it is { $time } now
command-check-not-writable = nothing can be written in { $place }: { $cause }. Give the service's user the right to, or name another by SHEETDESK_DATA_DIR
command-check-room = { $place } can be written, { $free } MB are free
command-check-little-room = { $place } can be written, { $free } MB are free; 500 MB should be
command-check-some-room = { $place } can be written
command-check-few-files = their limit leaves room for { $places } connections of the { $wanted } in http.max_connections; raise it (LimitNOFILE=, ulimit -n)
command-check-clock-fast = this machine's clock is { $seconds } s fast: signatures and Google's tokens will be refused. Switch time synchronization on (timedatectl set-ntp true)
command-check-clock-slow = this machine's clock is { $seconds } s slow: signatures and Google's tokens will be refused. Switch time synchronization on (timedatectl set-ntp true)
command-check-clock-right = right, compared with Telegram's
command-check-address-answers = { $address } answers
command-check-address-refuses = { $address } answers { $status }: is the proxy in front of the service, and does it pass this path on?
command-check-address-silent = nobody answers at { $address }; that is right while the service is not running. If it runs: do name, proxy and certificate lead here?
command-check-answers-held =
    answers from before the first look are held: { $count }, No. { $numbers }{ $more ->
        [0] .
       *[other] {" "}and { $more } more.
    } To send them: sheetdesk release answers
command-check-answers-stand =
    answers stand in the sheet already: { $count }, in rows { $numbers }{ $more ->
        [0] .
       *[other] {" "}and { $more } more.
    } The first start sends none of them by itself: empty the cells that are done with, or send them all later by: sheetdesk release answers
command-check-one-account = rows { $rows } show one and the same Telegram ID: fine where one person has several codes; else keep it in one of them
command-check-no-code = row { $row }: what stands in the code's cell can be none (one word of up to 20 characters)
command-check-more-faults = and { $count } more
command-check-action-stands =
    in rows { $rows }{ $more ->
        [0] {""}
       *[other] {" "}and { $more } more
    } an action stands already: the first start does not take it, choose it anew then
command-check-day-to-come =
    rows { $rows }{ $more ->
        [0] {""}
       *[other] {" "}and { $more } more
    } wait for their day, and will be announced on it
command-check-both = { $one }; { $other }
command-privacy-directory = other accounts of this machine can read the data directory { $dir }, and it holds personal data. Keep it to the service's own: chmod 700 { $dir }
command-privacy-journal = other accounts of this machine can read the journal { $file }, and it holds personal data. Keep it to the service's own: chmod 700 { $dir }; chmod 600 { $file }
command-figures-old = the journal cannot be read; what it holds is as it was { $age } ago
command-figures-uptime = up for        { $age }, restarts of loops: { $restarts }
command-figures-telegram = Telegram      { $health }{ $more }
command-figures-sheets = Google Sheets { $health }, left this minute: reads – { $reads }, writes – { $writes }
command-figures-silent = silent until { $until }
command-figures-no-updates = no updates: { $words }
command-figures-admin-chat = the admin chat takes nothing: { $words }
command-figures-admin-moved = the admin chat is { $chat } now
command-figures-staff-moved = the staff chat is { $chat } now
command-figures-staff-chat = the staff chat takes nothing: { $words }
command-figures-staff-topics = the staff chat gives no topics: { $words }
command-figures-inbox = inbox         to decide: { $pending }, set aside: { $aside }{ $oldest }
command-figures-outbox = outbox        waiting: { $pending }, being sent: { $sending }, unknown: { $unknown }, failed: { $failed }{ $oldest }
command-figures-oldest = , the oldest since { $age }
command-figures-rows = rows          to write: { $dirty }, batches open: { $open }, answers held: { $held }
command-figures-partners = partners      registered: { $registered }, of them have blocked the bot: { $blocked }, want no promotions: { $silent }
command-figures-promotion = promotion     { $line }
command-figures-tab =
    { $tab ->
        [partners] partners
        [promotions] promotions
       *[appeals] appeals
    }
command-figures-unseen = not seen yet
command-figures-seen = seen { $age } ago, rows: { $rows }
command-figures-seconds = { $count } s
command-figures-minutes = { $count } min
command-figures-hours = { $count } h
command-figures-days = { $count } d
command-figures-announcement = { $state }: { $sent } of { $all } ({ $percent } %){ $others } – “{ $title }” { $key }
command-figures-failed = , { $count } failed
command-figures-skipped = , { $count } skipped
command-figures-unknown = , { $count } unknown
command-figures-preparing = preparing its picture
command-figures-halted = halted: its row says why
command-figures-running-for = running, { $left } left
command-figures-running = running
command-figures-paused = paused
command-figures-cancelled = cancelled
command-figures-over = over
command-link-ok = ok
command-link-down = down
command-link-throttled = asks for patience
command-link-unknown = unknown
command-wish-none-held = No answers are held.
command-wish-released = Held answers are on their way: { $count }. How they go: sheetdesk status
command-wish-silence-ended = The silence is over; what waits is on its way.
command-wish-nothing-met = nothing of that name is in the list; see `list`
command-wish-done = Done: { $count }.
command-wish-none-aside = No records are set aside.
command-wish-aside-commands = Decide again: sheetdesk quarantine retry NUMBER|all; let go: sheetdesk quarantine drop NUMBER|all
command-wish-none-unknown = The outcome of every message is known.
command-wish-unknown-commands = Send once more: sheetdesk unknown resend NAME|all; count no longer: sheetdesk unknown drop NAME|all
command-wish-none-refused = Every message got through.
command-wish-more-refused = … and { $count } more
command-wish-refused-commands = Count no longer: sheetdesk failed drop NAME|all. An answer that did not get through stays in its cell: change it, and it goes out again.
command-wish-replayed = What follows from record { $record } now:
command-wish-replay-test = A test of it. It holds what people wrote: put other words in their place first.
command-forget-holds = The journal holds of this person:
command-forget-account = the Telegram account { $id }, with what it wrote and was sent
command-forget-appeals = appeals, with their dialogues and files: { $count }
command-forget-partner = the partner { $code }: name, phone, registration
command-forget-remains = In the spreadsheets these rows remain; they are yours to delete:
command-forget-listed = “{ $tab }”: the row of code { $code } (name, phone)
command-forget-rows = “{ $tab }”: No. { $numbers } (name, phone, Telegram ID, dialogue)
command-forget-archived = “{ $tab }”: all rows of No. { $numbers } (older parts of the dialogue)
command-forget-no-rows = In the spreadsheets no row of his is known.
command-forget-question = Erase all of it from the journal? It cannot be taken back. [y/N]
command-forget-nothing = nothing was erased. Say yes at the question, or give --yes where there is no terminal
command-forget-erased = Erased from the journal. Copies that `sheetdesk backup` made before still hold it: delete them, too.
command-forget-still-listed = The staff list still holds the person, so its line stays known, bound to nobody. Delete the row there, wait for the next look, and run this again.
command-copy-made = A copy of the journal is in { $file }: { $records } records, { $whole }.{ $tenths } MB. It holds personal data: keep it to yourself.
command-copy-restore-by = Put it back with `sheetdesk restore { $file }`, while no service runs.
command-copy-broken-off = broken off; nothing is left of the copy
command-copy-restored = The journal is restored: { $records } records.
command-copy-kept = The journal that was there is kept as { $file }.
command-copy-first-start = The first start takes over silently what the sheets show, since they are newer than the copy. Messages that waited in it: { $unsent }; they may have been sent since, so none goes out by itself: answers that stand in their cells wait for `sheetdesk release answers`, the rest for `sheetdesk unknown list`. Announcements that were under way are paused.
command-copy-start-now = Now start the service: sheetdesk serve
command-webhook-gone = The webhook is gone. Updates now wait at Telegram (for 24 hours) until somebody asks for them.
command-webhook-still-there = the webhook is still there: { $error }
command-webhook-polling = telegram.mode is "polling": there is no webhook to set; for one, set it to "webhook"
command-webhook-no-address = http.public_url is not set: Telegram has to know where to call. Set SHEETDESK_HTTP__PUBLIC_URL=https://…
command-webhook-no-address-for-script = http.public_url is not set: the spreadsheet's script has to know where to call. Set SHEETDESK_HTTP__PUBLIC_URL=https://…
command-webhook-not-set = the webhook is not set: { $error }
command-webhook-no-menu = the webhook is set, but the commands are not in the bot's menu: { $error }
command-webhook-set = The webhook { $address } is set; the commands are in the bot's menu, in Russian and in English. Next: sheetdesk check
command-webhook-was-set = The webhook { $address } was set already; the commands are in the bot's menu, in Russian and in English. Next: sheetdesk check
command-webhook-script-secret = This holds a secret: do not pass it on. After the first run of sheetdeskInstall this function may be deleted.
command-setup-nothing-to-do = { $title }: nothing to do
command-setup-left-out = left out: { $step }. Google: { $words }
command-setup-refused = Left out of the steps above: { $count }, as Google refuses them.
command-setup-left-alone = Tabs left alone: { $count }. Put their first row right as it says above, and run this again.
command-setup-lists-lack = Nothing was changed; what your lists lack is named above.
command-setup-unchanged = Nothing was changed.
command-setup-all-there = Everything stands as it should; nothing was changed. Next: sheetdesk check
command-setup-dry-run = Nothing was changed: this only shows what `sheetdesk setup sheets` would do.
command-setup-done = Done. Next: sheetdesk check
command-step-tab = add the tab “{ $title }”
command-step-headers = write the headers { $names }
command-step-filter = widen the filter over our columns
command-step-table = widen the table over our columns
command-step-overdue = colour the rows that wait too long
command-step-fills = colour the statuses
command-step-list-lacks = “{ $header }” does not offer { $words }: --extend-lists adds it to your list
command-step-typed-column = “{ $header }” has a type in the table “{ $table }”, which stays: offer { $words } there by hand, or give the column no type
command-step-offer = offer in “{ $header }”: { $words }
command-step-warn-tab = warn whoever types in this tab
command-step-warn-column = warn whoever types in “{ $header }”
command-step-freeze = keep the headers in sight
command-step-view = add the filter view “{ $title }”
command-step-bold = make the headers stand out
command-step-widths = give { $names } the width of what they hold
command-step-wrap = wrap the texts of { $names }
command-step-top = begin at the top in { $names }
command-step-tint = tint as the service's own: { $names }
command-step-digits = show plain digits in { $names }
command-step-as-typed = keep what is typed as it is in { $names }
command-step-table-elsewhere = the table “{ $name }” does not begin with the tab's first row, or stands beside the columns that are read, so new rows stand outside it. Put that right, or press ▼ beside its name and choose “Revert to unformatted data”: the cells stay as they are
command-step-table-footer = the table “{ $name }” has a footer, so new rows stand outside it. Put that right, or press ▼ beside its name and choose “Revert to unformatted data”: the cells stay as they are
command-fault-no-service = no Sheetdesk is running with the data directory { $dir } (its admin socket does not answer: { $cause }); start it with `sheetdesk serve`, or name its directory by SHEETDESK_DATA_DIR
command-fault-other-version = the running Sheetdesk answered in a way that this version does not understand
command-fault-other-answer = the running Sheetdesk answered another question
command-fault-no-journal = there is no journal in { $dir }; name the service's directory by SHEETDESK_DATA_DIR
command-fault-file-exists = { $file } is there already and is left as it is; choose another name, or move it away first
command-fault-file-unwritable = { $file } cannot be written: { $cause }
command-fault-journal-unreadable = the journal cannot be read: { $cause }
command-fault-owned = another Sheetdesk is already working with { $dir }; stop it first, or give this one a data directory of its own (SHEETDESK_DATA_DIR)
command-fault-damaged = the journal in { $dir } is damaged ({ $words }), so nothing is started on it. Put the newest copy back: sheetdesk restore FILE (copies are made by sheetdesk backup); the damaged journal is kept aside
command-fault-journal-empty = there was a journal in { $dir }, and its file { $file } is empty. Put the newest copy back: sheetdesk restore FILE. Only if it is to begin anew, without partners and appeals: remove { $file } and journal.lock from that directory
command-fault-journal-gone = there was a journal in { $dir }, and its file { $file } is missing. Put the newest copy back: sheetdesk restore FILE. Only if it is to begin anew, without partners and appeals: remove { $file } and journal.lock from that directory
command-fault-journal-closed = the journal in { $dir } cannot be opened: { $cause }
command-fault-broken-off = the copy broke off before its end ({ $cause }), and nothing is left of it; is the service still running? Try again
command-fault-stop-first = { $why }; a journal is restored only while no service runs: stop it (`systemctl stop sheetdesk`), then try again
command-fault-copy-unread = { $file } cannot be read: { $cause }; nothing was changed
command-fault-no-copy = { $file } is no journal that this version can read: { $words }; nothing was changed
command-fault-not-replaced = the journal in { $dir } cannot be replaced, and it is as it was: { $cause }
command-fault-throttled = Google asks for patience
command-fault-unavailable = Google Sheets is not available: { $cause }
command-fault-change-refused = Google refused change { $change }: { $words }
command-fault-bad-range = Google does not know that range: { $words }
command-fault-no-access = no access: { $words }
command-fault-no-spreadsheet = no such spreadsheet
command-fault-share = { $why }. Open the spreadsheet, press “Share” and let { $account } edit it
command-fault-api-off = the Google Sheets API is switched off in the project of the service account; it is switched on at { $enable }
command-fault-no-google-sheet = the file is not a Google spreadsheet (an .xlsx?): save it as one (“File”, “Save as Google Sheets”) and put the new file's id into the settings
command-fault-outcome-unknown = the outcome is not known: { $cause }
command-fault-rows-moved = rows or columns moved while the tab was read; try again
command-fault-sheets-url = the address of the Sheets API is not an http(s) URL
command-fault-key-unread = cannot read the credentials file: { $cause }
command-fault-key-no-json = the credentials file is not JSON (line { $line }, column { $column })
command-fault-key-field = `{ $field }` of the credentials file is missing or unusable; is it the key of a service account?
command-fault-tls = TLS cannot be set up: { $words }
command-fault-telegram-refused = Telegram refused ({ $code }): { $words }
command-fault-telegram-away = Telegram was not reached: { $cause }
command-fault-telegram-unmade = the request could not be made: { $cause }
command-fault-telegram-lost = Telegram's answer was lost: { $cause }
command-fault-telegram-url = the Bot API's address is not an http(s) address
command-fault-bot-token = Telegram does not know the token (401): it was revoked or mistyped. Put the one that @BotFather shows into telegram.token and restart
command-fault-bot-unknown = Telegram knows no such bot (404): telegram.token or telegram.api_url is mistyped. Correct it and restart
command-fault-bot-logged-out = the bot has logged out of this Bot API server: put the address of the server that it uses now into telegram.api_url, or log it out there and wait ten minutes
command-fault-bot-frozen = Telegram has frozen the bot or the account that owns it: appeal in that account, by @SpamBot
command-fault-bot-misdirected = another Bot API server is in charge of the bot (421): put its address into telegram.api_url and restart
command-fault-bot-conflict = somebody else uses the bot at the same time (409): stop the other program, or give it a bot of its own
command-fault-no-listening = cannot listen on { $address }: { $cause }; stop what listens there, or choose another address (SHEETDESK_HTTP__LISTEN, SHEETDESK_HTTP__ADMIN_LISTEN)
command-fault-no-socket = the admin socket { $path } cannot be made: { $cause }
command-fault-nothing-answers = nothing answers on { $address }: { $cause }
command-trial-begins = Trying it on a tab of its own in the spreadsheet { $spreadsheet }; it is deleted in the end. That is about 40 calls within a minute.
command-trial-as-assumed = so
command-trial-otherwise = OTHER
command-trial-found = found: { $words }
command-trial-then = then: { $words }
command-trial-all-as-assumed = All is as reckoned: { $count } trials.
command-trial-some-otherwise = Otherwise than reckoned: { $others } of { $count }. What the service does in these cases is said above.
command-trial-call-failed = { $about }: the call failed ({ $error })
command-trial-tab-left = the tab “{ $title }” could not be deleted ({ $error }): delete it yourself
command-trial-new-tab = a new tab
command-trial-one-line = an answer in one line is erased if it still is the same
command-trial-lines = an answer with line breaks, too
command-trial-spaces = an answer with spaces around it, too
command-trial-signs = an answer with the signs ? * ~ . in it, too
command-trial-number = an answer that is a number, too
command-trial-case = other letters (capitals) are another text
command-trial-part = a part of a cell is another text
command-trial-status = a status changes to a word
command-trial-formula = a formula is not erased, and known for one
command-trial-not-evaluated = a text that looks like a formula stays a text
command-trial-in-order = the changes of one call are made in their order
command-trial-whole = a call with a fault changes nothing and names its place
command-trial-long-cell = a cell holds 49,000 characters
command-trial-new-row = a new row stands below the last and is read in the same call
command-trial-some-sorted = sorting some of the columns leaves ours in its place
command-trial-all-sorted = sorting all columns moves ours, too
command-trial-token = a mark that is taken is refused, one that was dropped is free
command-trial-late = a call whose answer nobody waited for does not land behind a mark that is taken
command-trial-plain = the service looks again and, if the text is the same, changes the cell right after the look, without a comparison, and counts such cases (sheetdesk_plain_writes_total)
command-trial-overwritten = the service may erase somebody's text: do not run it with this spreadsheet, and tell its developers
command-trial-looks = the service trusts the look, not the answer: after every lost answer it looks and compares, but an answer to a partner may be late
command-trial-doubles = a write whose answer was lost may land twice or late; the service sees that at the next look and puts it right
command-trial-changed = cells changed: { $count }, the cell holds “{ $shows }”
command-trial-shows = the cell holds “{ $shows }”
command-trial-named = change { $change } is named, the cell holds “{ $shows }”
command-trial-accepted = it was accepted, the cell holds “{ $shows }”
command-trial-failed = it failed ({ $words }), the cell holds “{ $shows }”
command-trial-characters = the cell holds { $count } characters
command-trial-below = below the last row { $shows }
command-trial-after-sort = after the sort { $shows }
command-trial-fates = answers: { $fates }
command-trial-landed = mark: { $fate }, the call has landed
command-trial-not-landed = mark: { $fate }, the call has not landed
