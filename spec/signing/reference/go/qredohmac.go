package qredosign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

var methodForm = regexp.MustCompile(`\A[A-Z]+\z`)

// ParseSecret decodes an API secret of the Qredo API v1: base64url, with or without padding.
func ParseSecret(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
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
