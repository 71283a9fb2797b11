// Makes every valid signature of the vectors, takes it, and refuses every invalid one: node checkVectors.mts [FOLDER]
// FOLDER holds both files of vectors, and keys. Prints a line for each vector: id, result, signature or "-".
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSecret, signHmac, verifyHmac } from "./qredoHmac.mts";
import { parsePrivateKey, parsePublicKey, sign, UnsignableError, verify } from "./qredoSign.mts";

interface Vectors {
  readonly keys: readonly { id: string; public_key_pem: string; private_key: string }[];
  readonly number_of_vectors: number;
  readonly vectors: readonly {
    id: string;
    key: string;
    stamp: { text: string };
    url: string;
    body: string;
    signature: string;
    result: "valid" | "invalid";
  }[];
}

interface HmacVectors {
  readonly secrets: readonly { id: string; text: string }[];
  readonly secret_texts: readonly { id: string; text: string; bytes: string | null; result: "valid" | "invalid" }[];
  readonly number_of_vectors: number;
  readonly vectors: readonly {
    id: string;
    secret: string;
    timestamp: string;
    method: string;
    url: string;
    body: string;
    signature: string;
    result: "valid" | "invalid";
  }[];
}

function made(sign: () => string): string {
  try {
    return sign();
  } catch (error) {
    if (error instanceof UnsignableError) {
      return "-";
    }
    throw error;
  }
}

function found<T>(items: Map<string, T>, id: string): T {
  const item = items.get(id);
  if (item === undefined) {
    throw new Error(`there is no ${id}`);
  }
  return item;
}

const folder = process.argv[2] ?? join(import.meta.dirname, "..", "..", "spec", "signing");
let wrong = 0;

function report(id: string, vector: { signature: string; result: string }, isValid: boolean, signature: string): void {
  const result = isValid ? "valid" : "invalid";
  console.log([id, result, signature].join("\t"));
  if (result !== vector.result || isValid !== (signature === vector.signature)) {
    console.error(`${id}: is ${vector.result}, found ${result}`);
    wrong += 1;
  }
}

const rsa = JSON.parse(readFileSync(join(folder, "vectors.json"), "utf8")) as Vectors;
const keys = new Map(
  rsa.keys.map((key) => [
    key.id,
    { public: parsePublicKey(key.public_key_pem), private: parsePrivateKey(readFileSync(join(folder, key.private_key))) },
  ]),
);
for (const vector of rsa.vectors) {
  const key = found(keys, vector.key);
  const parts = { stamp: vector.stamp.text, url: vector.url, body: Buffer.from(vector.body, "base64") };
  report(vector.id, vector, verify(key.public, parts, vector.signature), made(() => sign(key.private, parts)));
}

const hmac = JSON.parse(readFileSync(join(folder, "hmac-vectors.json"), "utf8")) as HmacVectors;
const secrets = new Map(hmac.secrets.map((secret) => [secret.id, parseSecret(secret.text)]));
for (const { id, text, bytes, result } of hmac.secret_texts) {
  const bare = made(() => parseSecret(text).toString("base64url"));
  const signature = bytes === null ? "" : Buffer.from(bytes, "base64").toString("base64url");
  report(`secret:${id}`, { signature, result }, bare !== "-", bare);
}
for (const vector of hmac.vectors) {
  const secret = found(secrets, vector.secret);
  const { timestamp: stamp, method, url } = vector;
  const parts = { stamp, method, url, body: Buffer.from(vector.body, "base64") };
  const isValid = verifyHmac(secret, parts, vector.signature);
  report(`hmac:${vector.id}`, vector, isValid, made(() => signHmac(secret, parts)));
}
for (const document of [rsa, hmac]) {
  wrong += document.vectors.length === document.number_of_vectors ? 0 : 1;
}
process.exitCode = wrong === 0 ? 0 : 1;
