# shellcheck shell=bash
# Tenants with a SCIM plugin and tokens, made through the CLI for the outside judges. The caller defines `cli`.

# field NAME…: the first of these members of the JSON object on standard input.
field() {
    python3 -c '
import json, sys
found = json.load(sys.stdin)
print(next(str(found[name]) for name in sys.argv[1:] if found.get(name)))' "$@"
}

# tenant_create SLUG: prints the tenant's id.
tenant_create() {
    cli tenant create "$1" --name "Tenant $1" --plan enterprise --json | field id tenant_id
    cli plugin create --tenant "$1" --kind scim --name 'Microsoft Entra ID' --json >/dev/null
    cli plugin create --tenant "$1" --kind scim --name Okta --bare-token --list-roles --json >/dev/null
    cli attribute create --tenant "$1" --name costCentre --json >/dev/null
    cli role map --tenant "$1" --plugin 'Microsoft Entra ID' --app-role Author --role editor --json >/dev/null
}

# token_create SLUG [PLUGIN]: prints the JSON object that holds tenant_url, secret_token and token_id.
token_create() {
    cli token create --tenant "$1" --plugin "${2:-Microsoft Entra ID}" --json
}

# client_create SLUG: prints the JSON object that holds token_url, client_id and client_secret.
client_create() {
    cli client create --tenant "$1" --plugin 'Microsoft Entra ID' --json
}
