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
    private static final Pattern SECRET = Pattern.compile("([A-Za-z0-9_-]+|[A-Za-z0-9+/]+)={0,2}");

    private QredoHmac() {}

    /**
     * Decodes an API secret: base64 in either alphabet, with all of its padding or none.
     * Whatever is not exactly that is an error; a lenient decoder would make another key of it.
     */
    public static byte[] parseSecret(String text) {
        String stripped = text.strip();
        String bare = stripped.replaceAll("=+$", "").replace('+', '-').replace('/', '_');
        boolean isPadded = bare.length() == stripped.length() || stripped.length() % 4 == 0;
        if (SECRET.matcher(stripped).matches() && isPadded && bare.length() % 4 != 1) {
            byte[] secret = Base64.getUrlDecoder().decode(bare);
            // Written again, bits that stand for nothing are another text.
            if (secret.length >= 16 && Base64.getUrlEncoder().withoutPadding().encodeToString(secret).equals(bare)) {
                return secret;
            }
        }
        throw new IllegalArgumentException("The API secret is not base64 of 16 bytes or more, as it was issued.");
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
