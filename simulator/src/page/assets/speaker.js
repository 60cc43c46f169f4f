// Who writes in a group from this page.
// Invariant: always one of the people who are there.

import { emit, world } from "./store.js";

let speaking = null;

export function speaker() {
  const people = world.state?.people ?? [];
  if (!people.some((person) => person.id === speaking)) speaking = people[0]?.id ?? null;
  return speaking;
}

export function speakAs(id) {
  speaking = id;
  emit("speaker");
}
