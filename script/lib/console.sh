# The console of a tenant, for scripts: a session, and forms that are sent with it.

console_sign_in() { # console_sign_in BASE USER PASSWORD
    console_base=$1
    console_cookie=$(curl -sS -m 10 -o /dev/null -D - -X POST "$1/login" -d "name=$2" --data-urlencode "password=$3" |
        tr -d '\r' | sed -nE 's/^set-cookie: ([^;]+);.*/\1/Ip')
    [[ -n $console_cookie ]] || fail "nobody signed in as $2"
    console_form_token=$(console_get manage/account | sed -nE 's/.*name="form_token" value="([^"]+)".*/\1/p' | head -n 1)
}

console_get() { # console_get PATH: prints the page
    curl -fsS -m 20 "$console_base/$1" -H "Cookie: $console_cookie"
}

console_post() { # console_post PATH [CURL OPTION…]: sends a form of -F fields
    curl -fsS -m 20 -o /dev/null -X POST "$console_base/$1" -H "Cookie: $console_cookie" \
        --form-string "form_token=$console_form_token" "${@:2}"
}

one_time_code() { # one_time_code BASE32: the code of this half minute (RFC 6238)
    python3 -c '
import base64, hashlib, hmac, struct, sys, time
digest = hmac.new(base64.b32decode(sys.argv[1]), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
start = digest[-1] & 15
print(f"{(int.from_bytes(digest[start:start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}")' "$1"
}
