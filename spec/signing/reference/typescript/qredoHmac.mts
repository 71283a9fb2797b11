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

/** Decodes an API secret: base64url, with or without padding. */
export function parseSecret(text: string): Buffer {
  const bare = text.trim().replace(/=+$/, "");
  const secret = Buffer.from(bare, "base64url");
  if (bare === "" || secret.toString("base64url") !== bare) {
    throw new UnsignableError("the API secret is not base64url, as it was issued");
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
