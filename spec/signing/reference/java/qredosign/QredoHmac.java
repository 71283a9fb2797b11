package qredosign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests to the Qredo API v1 with an API secret, and verifies their signatures, by the second rule in
 * ../../../spec/signing/RULE.md.
 */
public final class QredoHmac {
    private static final Pattern METHOD = Pattern.compile("[A-Z]+");

    private QredoHmac() {}

    /** Decodes an API secret: base64url, with or without padding. */
    public static byte[] parseSecret(String text) {
        return Base64.getUrlDecoder().decode(text.strip());
    }

    /** Gives the text of qredo-api-sig; the timestamp is the text of qredo-api-ts. */
    public static String sign(byte[] secret, String timestamp, String method, String url, byte[] body)
            throws GeneralSecurityException {
        if (!METHOD.matcher(method).matches()) {
            throw new IllegalArgumentException("The method must be in upper case, as it is sent.");
        }
        byte[] joined = QredoSign.stringToSign(timestamp, url, body);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        mac.update((timestamp + method).getBytes(StandardCharsets.US_ASCII));
        mac.update(joined, timestamp.length(), joined.length - timestamp.length());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal());
    }

    /** Says whether a text is the one right qredo-api-sig of a request, in constant time. */
    public static boolean verify(byte[] secret, String timestamp, String method, String url, byte[] body, String text)
            throws GeneralSecurityException {
        try {
            byte[] right = sign(secret, timestamp, method, url, body).getBytes(StandardCharsets.US_ASCII);
            return MessageDigest.isEqual(right, text.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException unsignable) {
            return false;
        }
    }
}
