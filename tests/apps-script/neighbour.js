// A script of somebody else's, with the names that everybody uses; as the predecessor's did, it pushes on edits of its own.

var SECRET = 'theirs';

function onOpen() {
  note('their menu');
}

function onEdit(e) {
  note('their edit of ' + e.range.getSheet().getName());
}

function sendToServer(e) {
  note('their push');
}
