package qredosign;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Signs requests to the Qredo Partner API and verifies their signatures, by the rule in ../../../spec/signing/RULE.md.
 * Reads RSA keys without a passphrase: PKCS#1 and PKCS#8 PEM, public ones as SubjectPublicKeyInfo PEM. Java 17.
 */
public final class QredoSign {
    private static final int MIN_BITS = 2048;
    private static final Pattern STAMP = Pattern.compile("[!-~]+");
    private static final Pattern URL = Pattern.compile("(?:https?|wss?)://(?:(?![/?#@])[!-~])+/(?:(?!#)[!-~])*");
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----\\s*([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");
    private static final byte[] RSA_IDENTIFIER = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private QredoSign() {}

    /** Reads a private key; the JDK knows PKCS#8 alone, so PKCS#1 is put into its envelope. */
    public static PrivateKey parsePrivateKey(String pem) throws GeneralSecurityException {
        Matcher block = block(pem);
        byte[] der = Base64.getMimeDecoder().decode(block.group(2));
        if (block.group(1).equals("RSA PRIVATE KEY")) {
            der = tagged(0x30, joined(RSA_IDENTIFIER, tagged(0x04, der)));
        }
        return checked(KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
    }

    /** Reads a public key. */
    public static RSAPublicKey parsePublicKey(String pem) throws GeneralSecurityException {
        byte[] der = Base64.getMimeDecoder().decode(block(pem).group(2));
        return checked((RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der)));
    }

    /** Joins the stamp of x-timestamp or x-nonce, the URL as it is sent, and the body as it is sent. */
    public static byte[] stringToSign(String stamp, String url, byte[] body) {
        if (!STAMP.matcher(stamp).matches() || !URL.matcher(url).matches()) {
            throw new IllegalArgumentException("Stamp and URL must be as they go over the wire: visible ASCII,"
                    + " and the URL absolute and escaped, without user and fragment.");
        }
        return joined((stamp + url).getBytes(StandardCharsets.US_ASCII), body);
    }

    /** Gives the text of x-sign. */
    public static String sign(PrivateKey key, String stamp, String url, byte[] body) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(stringToSign(stamp, url, body));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    /** Says whether a text is the one right x-sign of a request: the block is made and compared, never parsed. */
    public static boolean verify(RSAPublicKey key, String stamp, String url, byte[] body, String text)
            throws GeneralSecurityException {
        byte[] raw;
        byte[] digest;
        try {
            raw = Base64.getUrlDecoder().decode(text);
            digest = MessageDigest.getInstance("SHA-256").digest(stringToSign(stamp, url, body));
        } catch (IllegalArgumentException unsignable) {
            return false;
        }
        int length = (key.getModulus().bitLength() + 7) / 8;
        BigInteger number = new BigInteger(1, raw);
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(raw).equals(text)
                || raw.length != length || number.compareTo(key.getModulus()) >= 0) {
            return false;
        }
        byte[] block = new byte[length];
        byte[] content = joined(DIGEST_INFO, digest);
        Arrays.fill(block, 2, length - content.length - 1, (byte) 0xff);
        block[1] = 1;
        System.arraycopy(content, 0, block, length - content.length, content.length);
        return number.modPow(key.getPublicExponent(), key.getModulus()).equals(new BigInteger(1, block));
    }

    private static <K> K checked(K key) throws InvalidKeySpecException {
        if (((RSAKey) key).getModulus().bitLength() < MIN_BITS) {
            throw new InvalidKeySpecException("The key is shorter than " + MIN_BITS + " bits.");
        }
        return key;
    }

    private static Matcher block(String pem) throws InvalidKeySpecException {
        Matcher block = PEM.matcher(pem);
        if (!block.find()) {
            throw new InvalidKeySpecException("There is no PEM block of a key without a passphrase.");
        }
        return block;
    }

    /** DER with a length of two bytes: a key from 2048 bits on is longer than 255 bytes and shorter than 65536. */
    private static byte[] tagged(int tag, byte[] content) {
        return joined(new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length}, content);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] bytes = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, bytes, first.length, second.length);
        return bytes;
    }
}
