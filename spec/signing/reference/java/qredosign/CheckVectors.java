package qredosign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Makes every valid signature of the vectors, takes it, and refuses every invalid one: {@code CheckVectors FOLDER}.
 * FOLDER holds both files of vectors, and keys. Prints a line for each vector: id, result, signature or "-".
 */
public final class CheckVectors {
    private CheckVectors() {}

    private static int wrong;

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        checkRsa(folder);
        checkHmac(folder);
        System.exit(wrong == 0 ? 0 : 1);
    }

    private static void checkRsa(Path folder) throws Exception {
        Map<?, ?> document = read(folder.resolve("vectors.json"));
        Map<Object, PrivateKey> signers = new HashMap<>();
        Map<Object, RSAPublicKey> verifiers = new HashMap<>();
        for (Map<?, ?> key : objects(document, "keys")) {
            String file = Files.readString(folder.resolve(text(key, "private_key")));
            signers.put(key.get("id"), QredoSign.parsePrivateKey(file));
            verifiers.put(key.get("id"), QredoSign.parsePublicKey(text(key, "public_key_pem")));
        }
        for (Map<?, ?> vector : objects(document, "vectors")) {
            String stamp = text((Map<?, ?>) vector.get("stamp"), "text");
            String url = text(vector, "url");
            byte[] body = Base64.getDecoder().decode(text(vector, "body"));
            Object key = vector.get("key");
            boolean valid = QredoSign.verify(verifiers.get(key), stamp, url, body, text(vector, "signature"));
            report("", vector, valid, attempt(() -> QredoSign.sign(signers.get(key), stamp, url, body)));
        }
    }

    private static void checkHmac(Path folder) throws Exception {
        Map<?, ?> document = read(folder.resolve("hmac-vectors.json"));
        Map<Object, byte[]> secrets = new HashMap<>();
        for (Map<?, ?> secret : objects(document, "secrets")) {
            secrets.put(secret.get("id"), QredoHmac.parseSecret(text(secret, "text")));
        }
        Base64.Encoder url64 = Base64.getUrlEncoder().withoutPadding();
        for (Map<?, ?> secret : objects(document, "secret_texts")) {
            boolean isRight = secret.get("result").equals("valid");
            String bytes = isRight ? url64.encodeToString(Base64.getDecoder().decode(text(secret, "bytes"))) : "";
            Map<String, Object> vector = Map.of("id", secret.get("id"), "result", secret.get("result"), "signature", bytes);
            String made = attempt(() -> url64.encodeToString(QredoHmac.parseSecret(text(secret, "text"))));
            report("secret:", vector, !made.equals("-"), made);
        }
        for (Map<?, ?> vector : objects(document, "vectors")) {
            byte[] secret = secrets.get(vector.get("secret"));
            String stamp = text(vector, "timestamp");
            String method = text(vector, "method");
            String url = text(vector, "url");
            byte[] body = Base64.getDecoder().decode(text(vector, "body"));
            boolean valid = QredoHmac.verify(secret, stamp, method, url, body, text(vector, "signature"));
            report("hmac:", vector, valid, attempt(() -> QredoHmac.sign(secret, stamp, method, url, body)));
        }
    }

    /** What is made, or "-" if it is refused. */
    private static String attempt(Callable<String> make) throws Exception {
        try {
            return make.call();
        } catch (IllegalArgumentException refused) {
            return "-";
        }
    }

    private static void report(String prefix, Map<?, ?> vector, boolean valid, String made) {
        String id = prefix + vector.get("id");
        String result = valid ? "valid" : "invalid";
        System.out.println(id + "\t" + result + "\t" + made);
        if (!result.equals(vector.get("result")) || valid != made.equals(vector.get("signature"))) {
            System.err.println(id + ": is " + vector.get("result") + ", found " + result);
            wrong++;
        }
    }

    private static Map<?, ?> read(Path file) throws IOException {
        Map<?, ?> document = (Map<?, ?>) new Json(Files.readString(file)).value();
        wrong += document.get("number_of_vectors").equals(String.valueOf(objects(document, "vectors").size())) ? 0 : 1;
        return document;
    }

    private static List<Map<?, ?>> objects(Map<?, ?> document, String name) {
        List<Map<?, ?>> objects = new ArrayList<>();
        for (Object each : (List<?>) document.get(name)) {
            objects.add((Map<?, ?>) each);
        }
        return objects;
    }

    private static String text(Map<?, ?> object, String name) {
        return (String) object.get(name);
    }

    /** Enough of JSON for a file that is known to be JSON; numbers stay texts. */
    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object value() {
            char first = skip();
            return first == '{' ? object() : first == '[' ? array() : first == '"' ? string() : word();
        }

        private Map<String, Object> object() {
            Map<String, Object> members = new LinkedHashMap<>();
            for (at++; skip() != '}'; ) {
                String name = string();
                skip();
                at++; // the colon
                members.put(name, value());
                at += skip() == ',' ? 1 : 0;
            }
            at++;
            return members;
        }

        private List<Object> array() {
            List<Object> items = new ArrayList<>();
            for (at++; skip() != ']'; at += skip() == ',' ? 1 : 0) {
                items.add(value());
            }
            at++;
            return items;
        }

        private String string() {
            StringBuilder found = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) != '\\') {
                    found.append(text.charAt(at));
                } else if (text.charAt(++at) == 'u') {
                    found.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                    at += 4;
                } else {
                    int which = "nrtbf".indexOf(text.charAt(at));
                    found.append(which < 0 ? text.charAt(at) : "\n\r\t\b\f".charAt(which));
                }
            }
            at++;
            return found.toString();
        }

        private String word() {
            int start = at;
            while (",]}".indexOf(text.charAt(at)) < 0 && !Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private char skip() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }
    }
}
