package qredosign

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// folder holds vectors.json and its keys; another one can be named in the environment.
func folder() string {
	if named := os.Getenv("QREDO_VECTORS"); named != "" {
		return named
	}
	return filepath.Join("..", "..", "spec", "signing")
}

type document struct {
	Keys []struct {
		ID        string `json:"id"`
		PublicPEM string `json:"public_key_pem"`
		Private   string `json:"private_key"`
	} `json:"keys"`
	Number  int `json:"number_of_vectors"`
	Vectors []struct {
		ID    string `json:"id"`
		Key   string `json:"key"`
		Stamp struct {
			Text string `json:"text"`
		} `json:"stamp"`
		URL       string `json:"url"`
		Body      string `json:"body"`
		Signature string `json:"signature"`
		Result    string `json:"result"`
	} `json:"vectors"`
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestVectors makes every valid signature, takes it, and refuses every invalid one; -v prints a line for each vector.
func TestVectors(t *testing.T) {
	var vectors document
	if err := json.Unmarshal(read(t, filepath.Join(folder(), "vectors.json")), &vectors); err != nil {
		t.Fatal(err)
	}
	private, public := map[string][]byte{}, map[string]string{}
	for _, key := range vectors.Keys {
		private[key.ID] = read(t, filepath.Join(folder(), key.Private))
		public[key.ID] = key.PublicPEM
	}
	for _, vector := range vectors.Vectors {
		signer, err := ParsePrivateKey(private[vector.Key])
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := ParsePublicKey([]byte(public[vector.Key]))
		if err != nil {
			t.Fatal(err)
		}
		body, err := base64.StdEncoding.DecodeString(vector.Body)
		if err != nil {
			t.Fatal(err)
		}
		made, err := Sign(signer, vector.Stamp.Text, vector.URL, body)
		if err != nil {
			made = "-"
		}
		result := "invalid"
		if Verify(verifier, vector.Stamp.Text, vector.URL, body, vector.Signature) {
			result = "valid"
		}
		t.Logf("vector\t%s\t%s\t%s", vector.ID, result, made)
		if result != vector.Result || (result == "valid") != (made == vector.Signature) {
			t.Errorf("%s: is %s, found %s", vector.ID, vector.Result, result)
		}
	}
	if len(vectors.Vectors) != vectors.Number {
		t.Errorf("%d vectors of %d", len(vectors.Vectors), vectors.Number)
	}
}
