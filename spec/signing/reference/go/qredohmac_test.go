package qredosign

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"testing"
)

type hmacDocument struct {
	Secrets []struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	} `json:"secrets"`
	SecretTexts []struct {
		ID     string `json:"id"`
		Text   string `json:"text"`
		Bytes  string `json:"bytes"`
		Result string `json:"result"`
	} `json:"secret_texts"`
	Number  int `json:"number_of_vectors"`
	Vectors []struct {
		ID        string `json:"id"`
		Secret    string `json:"secret"`
		Timestamp string `json:"timestamp"`
		Method    string `json:"method"`
		URL       string `json:"url"`
		Body      string `json:"body"`
		Signature string `json:"signature"`
		Result    string `json:"result"`
	} `json:"vectors"`
}

// TestHMACVectors does for the Qredo API v1 what TestVectors does for the Partner API.
func TestHMACVectors(t *testing.T) {
	var vectors hmacDocument
	if err := json.Unmarshal(read(t, filepath.Join(folder(), "hmac-vectors.json")), &vectors); err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{}
	for _, secret := range vectors.Secrets {
		decoded, err := ParseSecret(secret.Text)
		if err != nil {
			t.Fatal(err)
		}
		secrets[secret.ID] = decoded
	}
	for _, secret := range vectors.SecretTexts {
		result, made := "valid", "-"
		decoded, err := ParseSecret(secret.Text)
		if err != nil {
			result = "invalid"
		} else {
			made = base64.RawURLEncoding.EncodeToString(decoded)
		}
		t.Logf("vector\tsecret:%s\t%s\t%s", secret.ID, result, made)
		if result != secret.Result || base64.StdEncoding.EncodeToString(decoded) != secret.Bytes {
			t.Errorf("secret %s: is %s, found %s", secret.ID, secret.Result, result)
		}
	}
	for _, vector := range vectors.Vectors {
		body, err := base64.StdEncoding.DecodeString(vector.Body)
		if err != nil {
			t.Fatal(err)
		}
		made, err := SignHMAC(secrets[vector.Secret], vector.Timestamp, vector.Method, vector.URL, body)
		if err != nil {
			made = "-"
		}
		result := "invalid"
		if VerifyHMAC(secrets[vector.Secret], vector.Timestamp, vector.Method, vector.URL, body, vector.Signature) {
			result = "valid"
		}
		t.Logf("vector\thmac:%s\t%s\t%s", vector.ID, result, made)
		if result != vector.Result || (result == "valid") != (made == vector.Signature) {
			t.Errorf("%s: is %s, found %s", vector.ID, vector.Result, result)
		}
	}
	if len(vectors.Vectors) != vectors.Number {
		t.Errorf("%d vectors of %d", len(vectors.Vectors), vectors.Number)
	}
}
