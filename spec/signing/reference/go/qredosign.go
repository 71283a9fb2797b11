// Package qredosign signs requests to the Qredo Partner API and verifies their signatures, by the rule in
// ../../spec/signing/RULE.md. It reads RSA keys without a passphrase: PKCS#1 and PKCS#8 PEM, public ones as PKIX PEM.
package qredosign

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"regexp"
)

const minBits = 2048

var (
	stampForm = regexp.MustCompile(`\A[!-~]+\z`)
	urlForm   = regexp.MustCompile(`\A(?:https?|wss?)://[!-"$-.0->A-~]+/[!-"$-~]*\z`)
)

// ParsePrivateKey reads the first PEM block of a file.
func ParsePrivateKey(file []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(file)
	if block == nil {
		return nil, errors.New("no PEM block: give the text of a file that openssl genrsa made")
	}
	if block.Type == "RSA PRIVATE KEY" {
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		return key, checkSize(&key.PublicKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return nil, fmt.Errorf("the key is a %T, and only RSA keys sign here", parsed)
	}
	return key, checkSize(&key.PublicKey)
}

// ParsePublicKey reads the first PEM block of a file, SubjectPublicKeyInfo.
func ParsePublicKey(file []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(file)
	if block == nil {
		return nil, errors.New("no PEM block: give the text of a public key")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, isRSA := parsed.(*rsa.PublicKey)
	if !isRSA {
		return nil, fmt.Errorf("the key is a %T, and only RSA keys verify here", parsed)
	}
	return key, checkSize(key)
}

// StringToSign joins the stamp of x-timestamp or x-nonce, the URL as it is sent, and the body as it is sent.
func StringToSign(stamp, url string, body []byte) ([]byte, error) {
	if !stampForm.MatchString(stamp) {
		return nil, fmt.Errorf("stamp %q cannot be sent as a header", stamp)
	}
	if !urlForm.MatchString(url) {
		return nil, errors.New("the URL is not one as it goes over the wire: absolute, escaped, no user, no fragment")
	}
	return append([]byte(stamp+url), body...), nil
}

// Sign gives the text of x-sign.
func Sign(key *rsa.PrivateKey, stamp, url string, body []byte) (string, error) {
	message, err := StringToSign(stamp, url, body)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(message)
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// Verify says whether a text is the one right x-sign of a request.
func Verify(key *rsa.PublicKey, stamp, url string, body []byte, text string) bool {
	message, err := StringToSign(stamp, url, body)
	if err != nil {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	// The decoder skips line ends and takes bits beyond the last byte: only the text that it would write is right.
	if err != nil || base64.RawURLEncoding.EncodeToString(raw) != text {
		return false
	}
	if new(big.Int).SetBytes(raw).Cmp(key.N) >= 0 {
		return false
	}
	digest := sha256.Sum256(message)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw) == nil
}

func checkSize(key *rsa.PublicKey) error {
	if key.N.BitLen() < minBits {
		return fmt.Errorf("the key has %d bits, and %d are the least", key.N.BitLen(), minBits)
	}
	return nil
}
