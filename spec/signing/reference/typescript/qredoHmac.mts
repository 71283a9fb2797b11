// Signs requests to the Qredo API v1 with an API secret, and verifies their signatures, by the second rule in
// ../../spec/signing/RULE.md.
import { createHmac, timingSafeEqual } from "node:crypto";
import { stringToSign, UnsignableError } from "./qredoSign.mts";
import type { Parts } from "./qredoSign.mts";

/** The parts of a request that are signed; the stamp is the text of qredo-api-ts. */
export interface HmacParts extends Parts {
  /** In upper case, as it is sent. */
  readonly method: string;
}

/**
 * Decodes an API secret: base64 in either alphabet, with all of its padding or none.
 * Whatever is not exactly that is an error; a lenient decoder would make another key of it.
 */
export function parseSecret(text: string): Buffer {
  const trimmed = text.trim();
  const bare = trimmed.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  const secret = Buffer.from(bare, "base64url");
  const isForm = /^([A-Za-z0-9_-]+|[A-Za-z0-9+/]+)={0,2}$/.test(trimmed);
  const isPadded = bare.length === trimmed.length || trimmed.length % 4 === 0;
  if (!isForm || !isPadded || secret.toString("base64url") !== bare || secret.length < 16) {
    throw new UnsignableError("the API secret is not base64 of 16 bytes or more, as it was issued");
  }
  return secret;
}

/** Gives the text of qredo-api-sig. */
export function signHmac(secret: Uint8Array, parts: HmacParts): string {
  if (!/^[A-Z]+$/.test(parts.method)) {
    throw new UnsignableError(`method ${JSON.stringify(parts.method)} is not one in upper case, as it is sent`);
  }
  const joined = stringToSign(parts);
  const mac = createHmac("sha256", secret).update(parts.stamp + parts.method, "ascii");
  return mac.update(joined.subarray(parts.stamp.length)).digest("base64url");
}

/** Says whether a text is the one right qredo-api-sig of a request, in constant time. */
export function verifyHmac(secret: Uint8Array, parts: HmacParts, text: string): boolean {
  try {
    const right = Buffer.from(signHmac(secret, parts));
    const given = Buffer.from(text);
    return right.length === given.length && timingSafeEqual(right, given);
  } catch (error) {
    if (error instanceof UnsignableError) {
      return false;
    }
    throw error;
  }
}
