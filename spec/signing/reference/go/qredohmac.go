package qredosign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var methodForm = regexp.MustCompile(`\A[A-Z]+\z`)

var secretForm = regexp.MustCompile(`\A([A-Za-z0-9_-]+|[A-Za-z0-9+/]+)={0,2}\z`)

// ParseSecret decodes an API secret of the Qredo API v1: base64 in either alphabet, with all of its padding or none.
// Whatever is not exactly that is an error; a lenient decoder would make another key of it.
func ParseSecret(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	bare := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	secret, err := base64.RawURLEncoding.Strict().DecodeString(bare)
	isPadded := len(bare) == len(text) || len(text)%4 == 0
	if err != nil || !secretForm.MatchString(text) || !isPadded || len(secret) < 16 {
		return nil, errors.New("the API secret is not base64 of 16 bytes or more, as it was issued")
	}
	return secret, nil
}

// SignHMAC gives the text of qredo-api-sig, of a request to the Qredo API v1; the timestamp is the text of qredo-api-ts.
func SignHMAC(secret []byte, timestamp, method, url string, body []byte) (string, error) {
	if !methodForm.MatchString(method) {
		return "", fmt.Errorf("method %q is not one in upper case, as it is sent", method)
	}
	joined, err := StringToSign(timestamp, url, body)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(timestamp + method))
	mac.Write(joined[len(timestamp):])
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// VerifyHMAC says whether a text is the one right qredo-api-sig of a request, in constant time.
func VerifyHMAC(secret []byte, timestamp, method, url string, body []byte, text string) bool {
	right, err := SignHMAC(secret, timestamp, method, url, body)
	return err == nil && hmac.Equal([]byte(right), []byte(text))
}
