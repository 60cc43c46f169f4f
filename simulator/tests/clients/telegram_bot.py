"""python-telegram-bot against the stand-in of the Bot API."""

import asyncio
import os

from stand_in import URL, sim
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.ext import Application, MessageHandler, filters

TOKEN = os.environ["TOKEN"]
ADDRESSES = {"base_url": f"{URL}/bot", "base_file_url": f"{URL}/file/bot"}
ANNA = 101


def act(what, body):
    """Anna does something; the number of the update."""
    return sim(f"/people/{ANNA}/{what}", body)["update_id"]


async def refused(kind, call):
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


async def speak(bot):
    """Sends, edits, reacts, answers a button."""
    me = await bot.get_me()
    assert me.is_bot and me.username == "sheetdesk_stand_in_bot", me
    act("write", {"text": "/start"})
    (update,) = await bot.get_updates(timeout=5)
    assert update.message.text == "/start" and update.effective_user.first_name == "Анна"
    assert update.message.entities[0].type == "bot_command"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]])
    question = await bot.send_message(
        ANNA,
        "<b>Точно?</b> 😀",
        parse_mode="HTML",
        reply_markup=keyboard,
        reply_parameters=ReplyParameters(update.message.message_id),
    )
    assert question.text == "Точно? 😀" and question.reply_to_message.text == "/start"
    assert question.parse_entities() == {question.entities[0]: "Точно?"}
    act("press", {"message_id": question.message_id, "data": "yes"})
    (pressed,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    assert pressed.callback_query.message == question
    assert await pressed.callback_query.answer("Принято", show_alert=True)
    edited = await bot.edit_message_text("Точно.", ANNA, question.message_id)
    assert edited.text == "Точно." and edited.reply_markup is None
    assert await update.message.set_reaction(ReactionTypeEmoji("👍"))
    assert sim(f"/chats/{ANNA}/reactions/{update.message.message_id}") == ["👍"]
    await bot.get_updates(offset=pressed.update_id + 1)


async def exchange_files(bot):
    """A photo goes out, comes back by its id, and a person's file is fetched."""
    sent = await bot.send_photo(ANNA, os.urandom(2048), filename="snapshot.jpg", caption="<i>снимок</i>", parse_mode="HTML")
    assert sent.caption == "снимок" and sent.photo[-1].file_size == 2048
    again = await bot.send_photo(ANNA, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    act("file", {"kind": "document", "name": "акт.pdf", "base64": "JVBERg==", "caption": "акт"})
    (update,) = await bot.get_updates(offset=-1, timeout=5)
    document = update.message.document
    assert (document.file_name, document.file_size) == ("акт.pdf", 4)
    file = await document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"%PDF"
    act("file", {"kind": "video", "name": "big.mp4", "size": 30_000_000})
    (update,) = await bot.get_updates(offset=-1, timeout=5)
    error = await refused(BadRequest, update.message.video.get_file())
    assert error.message == "File is too big", error
    await bot.get_updates(offset=update.update_id + 1)


async def meet_refusals(bot):
    """Each refusal is an exception of its own."""
    error = await refused(BadRequest, bot.send_message(404, "кому?"))
    assert error.message == "Chat not found", error
    await refused(BadRequest, bot.get_file("nonsense"))
    sim("/faults", {"kind": "too_many", "retry_after": 7, "method": "sendMessage"})
    error = await refused(RetryAfter, bot.send_message(ANNA, "слишком часто"))
    assert "7" in error.message, error
    act("block", {})
    error = await refused(Forbidden, bot.send_message(ANNA, "эй"))
    assert "bot was blocked by the user" in error.message, error
    act("unblock", {})
    async with Bot(TOKEN, **ADDRESSES) as other:
        known = await bot.get_updates()
        next_one = known[-1].update_id + 1
        waiting = asyncio.create_task(refused(Conflict, bot.get_updates(offset=next_one, timeout=30)))
        await asyncio.sleep(0.5)
        await other.get_updates(offset=next_one)
        await waiting
    await refused(InvalidToken, Bot("1:wrong", **ADDRESSES).get_me())


async def poll():
    """A whole application, with its own loop of polls."""
    heard = asyncio.Event()

    async def echo(update, _context):
        await update.message.reply_text(f"эхо: {update.message.text}")
        heard.set()

    builder = Application.builder().token(TOKEN)
    builder = builder.base_url(ADDRESSES["base_url"]).base_file_url(ADDRESSES["base_file_url"])
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        await application.updater.start_polling(drop_pending_updates=True, timeout=5)
        await application.start()
        act("write", {"text": "привет"})
        await asyncio.wait_for(heard.wait(), 20)
        await application.updater.stop()
        await application.stop()


async def main():
    async with Bot(TOKEN, **ADDRESSES) as bot:
        await speak(bot)
        await exchange_files(bot)
        await meet_refusals(bot)
    await poll()
    assert sim("/updates") == {"pending": 0}


asyncio.run(main())
