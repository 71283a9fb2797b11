# Checks vectors with openssl alone, and makes those anew whose private key is there. Each argument is a folder with
# the files message, signature, length (of the key, in bytes), public.pem and perhaps private.pem. Prints a line for
# each: "FOLDER valid|invalid SIGNATURE".
for folder; do
  cd "$folder" || exit 1
  # The text as bytes, and those as text again: only one text is right.
  tr -- '-_' '+/' <signature | awk '{ printf "%s", $0; for (n = length($0); n % 4; n++) printf "=" }' |
    openssl base64 -d -A >raw 2>/dev/null
  openssl base64 -A <raw | tr -- '+/' '-_' | tr -d = >again
  result=invalid
  # The command itself takes what is too long: it reads as many bytes of the signature as the key has.
  if cmp -s again signature && [ "$(wc -c <raw)" -eq "$(cat length)" ] &&
    openssl dgst -sha256 -verify public.pem -signature raw message >/dev/null 2>&1; then
    result=valid
  fi
  made=
  if [ -e private.pem ]; then
    made=$(openssl dgst -sha256 -sign private.pem message | openssl base64 -A | tr -- '+/' '-_' | tr -d =)
  fi
  echo "$folder $result $made"
done
