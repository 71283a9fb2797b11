// Signs requests to the Qredo Partner API and verifies their signatures, by the rule in ../../spec/signing/RULE.md.
// Reads RSA keys: PKCS#1 and PKCS#8 PEM, with or without a passphrase; public ones as SubjectPublicKeyInfo PEM.
// Types are erasable, so that Node 22.18 and later runs this file as it is.
import { constants, createPrivateKey, createPublicKey, sign as signBytes, verify as verifyBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

const MIN_BITS = 2048;
const STAMP = /^[!-~]+$/;
const URL_AS_SENT = /^(?:https?|wss?):\/\/(?:(?![/?#@])[!-~])+\/(?:(?!#)[!-~])*$/;

/** The parts of a request that are signed. */
export interface Parts {
  /** The text of x-timestamp or x-nonce, as it is sent. */
  readonly stamp: string;
  /** The URL as it goes over the wire: absolute, escaped, without user and fragment. */
  readonly url: string;
  /** The bytes of the body as they are sent; none for no body. */
  readonly body?: Uint8Array;
}

/** A stamp, URL or key that cannot be used; the message says why. */
export class UnsignableError extends Error {}

/** Reads a private key. */
export function parsePrivateKey(pem: string | Buffer, passphrase?: string): KeyObject {
  return checked(createPrivateKey(passphrase === undefined ? { key: pem } : { key: pem, passphrase }));
}

/** Reads a public key. */
export function parsePublicKey(pem: string | Buffer): KeyObject {
  return checked(createPublicKey(pem));
}

/** Joins stamp, URL and body. */
export function stringToSign({ stamp, url, body }: Parts): Buffer {
  if (!STAMP.test(stamp)) {
    throw new UnsignableError(`stamp ${JSON.stringify(stamp)} cannot be sent as a header`);
  }
  if (!URL_AS_SENT.test(url)) {
    throw new UnsignableError("the URL is not one as it goes over the wire: absolute, escaped, no user, no fragment");
  }
  return Buffer.concat([Buffer.from(stamp + url, "ascii"), body ?? new Uint8Array()]);
}

/** Gives the text of x-sign. */
export function sign(key: KeyObject, parts: Parts): string {
  const padding = constants.RSA_PKCS1_PADDING;
  return signBytes("sha256", stringToSign(parts), { key, padding }).toString("base64url");
}

/** Says whether a text is the one right x-sign of a request. */
export function verify(key: KeyObject, parts: Parts, text: string): boolean {
  let message: Buffer;
  try {
    message = stringToSign(parts);
  } catch (error) {
    if (error instanceof UnsignableError) {
      return false;
    }
    throw error;
  }
  const raw = Buffer.from(text, "base64url");
  // The decoder takes padding, other alphabets and stray bits: only the text that it would write is right.
  if (raw.toString("base64url") !== text) {
    return false;
  }
  return verifyBytes("sha256", message, { key, padding: constants.RSA_PKCS1_PADDING }, raw);
}

function checked(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== "rsa") {
    throw new UnsignableError(`the key is of type ${key.asymmetricKeyType}, and only RSA keys are used here`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_BITS) {
    throw new UnsignableError(`the key has ${bits} bits, and ${MIN_BITS} are the least`);
  }
  return key;
}
