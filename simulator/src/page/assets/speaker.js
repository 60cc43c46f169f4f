// Who writes in a group from this page.
// Invariant: always one of the people who are there; unless somebody chooses another, one who is in the group.

import { chatList } from "./chats.js";
import { emit, world } from "./store.js";

const chosen = new Map(); // whoever was chosen, by group

/** Who can write in the open group: [those who are in it, everybody else with a phone]. */
export function speakers() {
  const members = new Set(world.state?.groups?.find((group) => group.id === world.chatId)?.members ?? []);
  const people = chatList().filter((chat) => !chat.group);
  return [people.filter(({ id }) => members.has(id)), people.filter(({ id }) => !members.has(id))];
}

export function speaker() {
  const people = speakers().flat();
  return (people.find(({ id }) => id === chosen.get(world.chatId)) ?? people[0])?.id ?? null;
}

export function speakAs(id) {
  chosen.set(world.chatId, id);
  emit("speaker");
}
