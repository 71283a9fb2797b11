// Makes and checks every vector with Node's crypto module alone, by the words of RULE.md.
// node vectors_node.js VECTORS_JSON -> {id: {digest, signature, result}}; signature is null where none may be made.
const { createHash, createSign, createVerify } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const STAMP = /^[!-~]+$/;
const URL = /^(?:https?|wss?):\/\/(?:(?![/?#@])[!-~])+\/(?:(?!#)[!-~])*$/;

const file = process.argv[2];
const document = JSON.parse(readFileSync(file, "utf8"));
const keys = Object.fromEntries(document.keys.map((key) => [
  key.id, { public: key.public_key_pem, private: readFileSync(join(dirname(file), key.private_key)) }]));

function isValid(key, message, text) {
  const raw = Buffer.from(text, "base64url");
  return raw.toString("base64url") === text && createVerify("sha256").update(message).verify(key.public, raw);
}

const results = document.vectors.map((vector) => {
  const key = keys[vector.key];
  const message = Buffer.concat(
    [Buffer.from(vector.stamp.text), Buffer.from(vector.url), Buffer.from(vector.body, "base64")]);
  const onTheWire = STAMP.test(vector.stamp.text) && URL.test(vector.url);
  return [vector.id, {
    digest: createHash("sha256").update(message).digest("hex"),
    signature: onTheWire ? createSign("sha256").update(message).sign(key.private, "base64url") : null,
    result: onTheWire && isValid(key, message, vector.signature) ? "valid" : "invalid",
  }];
});
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
