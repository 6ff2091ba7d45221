"""Walks through the console in a real browser, as an admin who connects an identity provider.

Without scripts, with them, and by keyboard alone; checks every page and state with axe-core and tidy, and keeps a
picture of each. Prints 'N passed, N failed'; the exit status is 1 after a failure.
"""

import argparse
import base64
import gzip
import hashlib
import hmac
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import company
import consequences
from scim import scim
from walk import Walk

PASSWORD = "seven grey herons wade"
RECORDED = ("^entra-(create-user-full-profile|create-user|duplicate-user|patch-username|patch-enterprise-attributes"
            "|disable-no-path-string|create-group|group-add-member-null-ref|group-rename|delete-user)$")


def conversation(w, token, user_name):
    """What Entra ID says on Test Connection and in its first cycle."""
    a = w.a
    status, found = scim(a, token, "GET", '/Users?filter=userName+eq+"0b1c-no-such-user"')
    w.check("the probe finds nobody", (status, found.get("totalResults")) == (200, 0))
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name, "active": True,
            "externalId": user_name, "displayName": "Anna Example", "name": {"givenName": "Anna", "familyName": "Example"},
            "emails": [{"type": "work", "value": user_name, "primary": True}]}
    status, made = scim(a, token, "POST", "/Users", user)
    w.check("a user is created", status == 201, str(made))
    status, _ = scim(a, token, "POST", "/Users", user)
    w.check("the same user again is refused", status == 409)
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
             "Operations": [{"op": "Replace", "path": "displayName", "value": "Anna Sample"}]}
    status, _ = scim(a, token, "PATCH", f"/Users/{made['id']}", patch)
    w.check("the user is changed", status in (200, 204))
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": f"Team {user_name}",
             "members": [{"value": made["id"]}]}
    w.check("a group is created", scim(a, token, "POST", "/Groups", group)[0] == 201)
    if a.replay:
        recorded(w, token)
    return made["id"]


def recorded(w, token):
    """Conversations that were recorded of Entra ID, with the token that the page has shown."""
    run = subprocess.run(
        [sys.executable, str(w.a.replay / "replay.py"), "--traces", str(w.a.replay / "cases"), "--idp", "entra",
         "--filter", RECORDED, "--base-url", f"{w.a.base}/scim/v2", "--token", token],
        text=True, capture_output=True)
    w.check("what Entra ID was recorded to say is understood", run.returncode == 0, run.stdout[-500:] + run.stderr[-500:])
    print(f"recorded conversations: {run.stdout.strip().splitlines()[-1:]}", flush=True)


def sign_in(w):
    w.open("login")
    w.look("login")
    w.fill("name", "owner@demo.example")
    w.fill("password", "not the password")
    w.press("Sign in")
    w.check("a wrong password is told", "do not go together" in w.text())
    w.check("the title says so", w.driver.title.startswith("Error: "))
    w.look("login-problem")
    w.fill("password", PASSWORD)
    w.press("Sign in")


def journey(w, name):
    """From the sign-in to the first provisioned user and what can be seen of it."""
    sign_in(w)
    w.check("the plugins come first", w.heading() == "Plugins")
    w.look("plugins")
    w.fill("name", f"Entra {name}")
    w.press("Add SCIM plugin")
    w.check("the plugin has a page", w.heading() == f"Entra {name}")
    w.check("copying is offered where scripts run, and only there", w.scripts == any(
        button.is_displayed() for button in w.driver.find_elements(By.CSS_SELECTOR, "[data-copy]")))
    w.check("the doctor says that no token was made", "No token has been made." in w.text())
    w.look("plugin-new")
    w.press("Generate token")
    token = w.driver.find_element(By.ID, "secret").get_attribute("value")
    w.check("a token is shown", re.fullmatch(r"lct_[0-9A-Za-z]{49}", token) is not None)
    w.look("secret")
    w.press("I have stored it")
    w.check("the token is gone", token not in w.driver.page_source)
    w.check("the doctor waits", "has not called yet" in w.text())
    w.look("plugin-waiting")
    user = conversation(w, token, f"anna.{name}@demo.example")
    consequences.long_user(w, token, name)
    if w.scripts:
        # The page looks at itself again; what the state is by then depends on the recorded conversations.
        WebDriverWait(w.driver, 60).until(
            lambda d: "has not called yet" not in d.find_element(By.CSS_SELECTOR, ".doctor").text)
    else:
        WebDriverWait(w.driver, 60, 1).until(lambda d: (d.refresh(), "Last contact\nnot yet" not in w.text())[1])
    w.look("plugin-working")
    consequences.renewal(w)
    w.open("manage/integration/log")
    WebDriverWait(w.driver, 60, 1).until(lambda d: (d.refresh(), "Refused POST with 409" in w.text())[1])
    w.check("the log says what happened", "Created" in w.text() and "What to do:" in w.text())
    w.look("log")
    Select(w.driver.find_element(By.ID, "action")).select_by_value("create")
    w.fill("subject", f"ANNA.{name}@demo.example")
    w.press("Show")
    w.check("the log of a person", "Created" in w.text() and "Team anna" not in w.text())
    w.open("manage/integration/log?from=2026-02-30&subject=anna")
    w.check("a wrong day is told", "no day of the calendar" in w.text())
    w.look("log-problem")
    w.open("manage/users")
    w.look("users")
    w.fill("search", f"anna.{name}")
    w.press("Find")
    w.follow(f"anna.{name}@demo.example")
    w.check("the timeline shows old and new", "Anna Example" in w.text() and "Anna Sample" in w.text())
    w.check("a creation is folded", "Created with" in w.text() and all(
        not fold.get_attribute("open") for fold in w.driver.find_elements(By.CSS_SELECTOR, ".log details")))
    w.look("user")
    w.press("Suspend")
    w.check("the user is suspended", "is suspended" in w.text())
    w.press("Enable again")
    w.check("the user is back", "can sign in again" in w.text())
    w.open("manage/users/new")
    w.look("user-new")
    for field, value in (("givenName", "Bea"), ("familyName", "By Hand"), ("userName", f"bea.{name}"), ("email", "no address")):
        w.fill(field, value)
    w.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": "document.querySelector('main form').noValidate = true"})
    if w.scripts:
        w.press("Create user")
        w.check("a wrong address is told", "must look like" in w.text())
        w.look("user-new-problem")
    w.fill("email", f"bea.{name}@demo.example")
    w.press("Create user")
    w.check("the user is made", w.heading() == "Bea By Hand")
    w.press("Make a link to set a password")
    w.check("a link is shown", "/password/lpl_" in w.driver.find_element(By.ID, "link").get_attribute("value"))
    w.look("password-link")
    w.press("Done")
    w.press("Delete")
    w.check("the user is deleted", w.heading() == "Deleted users" and f"bea.{name}" in w.text())
    w.look("users-deleted")
    w.fill("search", f"bea.{name}")
    w.press("Find")
    w.follow(f"bea.{name}")
    w.check("a deleted user has a page", w.heading() == "Bea By Hand" and "is in no list" in w.text())
    w.look("user-deleted")
    w.press("Restore")
    w.check("the user is restored", w.heading() == "Bea By Hand" and "Restored" in w.text())
    w.open("manage/groups")
    w.look("groups")
    w.follow(f"Team anna.{name}@demo.example")
    w.check("the group has its member", f"anna.{name}@demo.example" in w.text())
    w.look("group")
    w.open("manage/integration/reviews")
    w.look("reviews")
    w.open("manage/account")
    w.look("account")
    w.open("manage/no-such-page")
    w.look("not-found")
    w.open("manage/integration/plugins")
    w.follow(f"Entra {name}")
    w.fill("mapping-value", "Teachers")
    Select(w.driver.find_element(By.ID, "mapping-role")).select_by_visible_text("Instructor")
    w.press("Add mapping")
    w.check("the mapping is there", "App role Teachers → Instructor" in w.text())
    w.look("plugin-mapping")
    consequences.role_preview(w, name)
    w.follow("step by step", partial=True)
    w.check("the guide is Entra's", "Test Connection" in w.text() and "userPrincipalName" in w.text())
    w.look("guide")
    w.press("Back to the plugin")
    w.press("Revoke")
    w.check("the token is revoked", "No token is valid any more" in w.text())
    w.look("plugin-revoked")
    w.check("the revoked token opens nothing", scim(w.a, token, "GET", "/Users")[0] == 401)
    consequences.link_review(w, user, name)
    consequences.security_log(w)
    people(w, name)
    connections(w, name)
    company.company(w, name, PASSWORD)
    second_factor(w)
    w.open("manage/users")
    w.check("signed out means out", w.heading() == "Sign in")


def people(w, name):
    """Editing, roles, invitations and files of users."""
    w.open("manage/users/new")
    for field, value in (("givenName", "Cleo"), ("familyName", "Edited"), ("userName", f"cleo.{name}"),
                         ("email", f"cleo.{name}@demo.example")):
        w.fill(field, value)
    w.driver.find_element(By.ID, "invite").click()
    w.press("Create user")
    w.check("an invitation is on its way", "invitation is on its way" in w.text())
    user = w.driver.current_url.split("?")[0]
    w.follow("Edit")
    w.look("user-edit")
    w.fill("department", "Sales")
    w.fill("manager", f"anna.{name}@demo.example")
    w.press("Save")
    w.check("the edit is kept", "Sales" in w.text() and "Anna" in w.text())
    Select(w.driver.find_element(By.ID, "give")).select_by_visible_text("Editor")
    w.press("Give role")
    w.check("the role is given", "Editor – given by an administrator" in w.text())
    w.look("user-roles")
    w.press("Take back")
    w.open(user)
    w.check("the invitation was sent", "Invitation – sent" in w.text())
    w.open("mailbox")
    w.check("the mailbox shows it", f"cleo.{name}@demo.example" in w.text())
    w.look("mailbox")
    w.open("manage/users")
    w.fill("search", f"anna.{name}")
    w.press("Find")
    w.follow(f"anna.{name}@demo.example")
    w.follow("Edit")
    w.check("what the provider manages is locked",
            w.driver.find_element(By.ID, "displayName").get_attribute("readonly") is not None)
    w.look("user-edit-locked")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "people.csv"
        file.write_text("First name,E-mail,Shoe size\n" + "".join(
            f"Person {n},import{n}.{name}@demo.example,40\n" for n in range(60)) + "Bad,nonsense,\n")
        w.open("manage/users/imports")
        w.look("imports")
        w.driver.find_element(By.ID, "file").send_keys(str(file))
        w.press("Try the file")
        until_done(w)
    w.check("the trial tells", "would be created: 60" in w.text() and "would be refused: 1" in w.text())
    w.look("import-trial")
    w.press("Import 60 rows now")
    until_done(w)
    w.check("the import tells", "created: 60" in w.text() and "refused: 1" in w.text())
    w.look("import-done")
    w.follow("refused: 1")
    w.check("refused rows can be seen alone", "must look like" in w.text() and "Person 1" not in w.text())
    w.open("manage/users/imports")
    w.check("the import is listed", "people.csv" in w.text())


def until_done(w):
    """A running import's page shows its progress, by itself where scripts run."""
    def look(driver):
        if not w.scripts:
            driver.refresh()
        return not driver.find_elements(By.CSS_SELECTOR, "[data-live]")
    WebDriverWait(w.driver, 60, 0.5).until(look)


def connections(w, name):
    """OAuth clients, pause, settings, and the end of a connection."""
    w.open("manage/integration/plugins")
    w.fill("name", f"Passing {name}")
    w.press("Add SCIM plugin")
    plugin = w.driver.current_url.split("?")[0]
    w.follow("OAuth clients", partial=True)
    w.look("clients-none")
    w.press("Create client")
    w.check("a client secret is shown", w.driver.find_element(By.ID, "secret").get_attribute("value").startswith("lcs_"))
    w.look("client-secret")
    w.press("I have stored it")
    w.look("clients")
    w.open(plugin)
    w.driver.find_element(By.ID, "paused").click()
    w.press("Save")
    w.check("the doctor knows of the pause", "The connection is paused." in w.text())
    w.look("plugin-paused")
    w.follow("Delete this plugin")
    w.look("plugin-deletion")
    w.press("Delete the plugin")
    w.check("the plugin is gone", f"Passing {name}" not in w.text())
    w.open("manage/settings")
    w.look("settings")
    w.fill("retention", "nine")
    w.press("Save")
    w.check("a wrong number is told", "from 1 to 3650" in w.text())
    w.fill("retention", "120")
    w.press("Save")
    w.check("settings are kept", w.driver.find_element(By.ID, "retention").get_attribute("value") == "120")


def one_time_code(secret, later=0):
    """The code that a telephone shows (RFC 6238)."""
    step = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), step, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def second_factor(w):
    """Setting up a telephone, signing in with it, and taking it away; and another password by mail."""
    w.open("manage/account")
    w.follow("Set up a second factor")
    w.look("second-factor")
    secret = w.driver.find_element(By.CSS_SELECTOR, ".steps code").text
    w.fill("code", "000000")
    w.press("Switch on")
    w.check("a wrong code is told", "This code is not right" in w.text())
    w.look("second-factor-problem")
    w.fill("code", one_time_code(secret))
    w.press("Switch on")
    codes = [code.text for code in w.driver.find_elements(By.CSS_SELECTOR, ".codes code")]
    w.check("ten recovery codes are shown", len(codes) == 10)
    w.look("recovery-codes")
    w.press("I have stored it")
    w.check("ten are left", "10 recovery codes are left" in w.text())
    w.look("account-second-factor")
    w.press("Sign out")
    w.fill("name", "owner@demo.example")
    w.fill("password", PASSWORD)
    w.press("Sign in")
    w.check("a code is asked for", w.heading() == "One more step")
    w.look("code")
    w.fill("code", one_time_code(secret, later=1))
    w.press("Sign in")
    w.check("the code lets in", w.heading() == "Plugins")
    w.open("manage/account")
    w.press("Remove the second factor")
    w.check("the second factor is removed", "The second factor is removed." in w.text())
    w.press("Sign out")
    w.follow("Forgotten your password?")
    w.look("forgotten")
    w.fill("name", "owner@demo.example")
    w.press("Send the link")
    w.check("mail is on its way", w.heading() == "Look into your mail")
    w.look("forgotten-sent")


def by_keyboard(w):
    """The same by keys alone: no click, no look-up but of what has the focus."""
    def focused():
        return w.driver.switch_to.active_element

    def tab_to(matches, most=90):
        for _ in range(most):
            # To the browser, not to what has the focus: a field for a file would take it for a name.
            ActionChains(w.driver).send_keys(Keys.TAB).perform()
            if matches(focused()):
                outline = focused().value_of_css_property("outline-style")
                w.check("the focus can be seen", outline != "none", w.driver.current_url)
                return focused()
        w.check("something is reached by Tab", False, w.driver.current_url)
        return focused()

    def enter(matches, text="", asks=False):
        element = tab_to(matches)
        with w.next_page():
            element.send_keys(text, Keys.ENTER)
            if asks:
                w.driver.switch_to.alert.accept()

    w.open("login")
    tab_to(lambda e: e.get_attribute("class") == "skip")
    tab_to(lambda e: e.get_attribute("id") == "name").send_keys("owner@demo.example")
    enter(lambda e: e.get_attribute("id") == "password", PASSWORD)
    w.check("signed in by keys", w.heading() == "Plugins")
    enter(lambda e: e.get_attribute("id") == "name", "Keyboard")
    w.check("a plugin by keys", w.heading() == "Keyboard")
    enter(lambda e: e.text.startswith("Generate token"))
    token = w.driver.find_element(By.ID, "secret").get_attribute("value")
    w.check("a token by keys", token.startswith("lct_"))
    enter(lambda e: e.text == "I have stored it")
    user = conversation(w, token, "anna.keyboard@demo.example")
    enter(lambda e: e.text == "Provisioning log")
    # A refusal is written after its answer.
    WebDriverWait(w.driver, 60, 1).until(lambda d: (d.refresh(), "Refused POST with 409" in w.text())[1])
    w.check("the log by keys", "Refused POST with 409" in w.text())
    enter.tab_to = tab_to
    consequences.by_keys(w, enter, user)
    enter(lambda e: e.text == "Users")
    w.check("the users by keys", w.heading() == "Users")
    enter(lambda e: e.get_attribute("id") == "search", "anna.keyboard")
    enter(lambda e: e.text == "anna.keyboard@demo.example")
    w.check("the timeline by keys", "Anna Example" in w.text() and "Anna Sample" in w.text())
    enter(lambda e: e.text == "Delete", asks=True)
    w.check("deleted by keys", w.heading() == "Deleted users")
    enter(lambda e: e.text.startswith("Restore"))
    w.check("restored by keys", w.heading() == "Anna Sample" and "Restored" in w.text())
    company.by_keys(w, enter)
    enter(lambda e: e.text == "Sign out")
    w.check("signed out by keys", w.heading() == "Sign in")


def resources(w):
    """What a page needs besides itself, packed, and from where."""
    w.open("login")
    source = w.driver.page_source
    addresses = re.findall(r'(?:src|href)="([^"]+\.(?:css|js))"', source)
    packed = 0
    for address in addresses:
        w.check("resources are our own", address.startswith("/"), address)
        with urllib.request.urlopen(re.match(r"https?://[^/]+", w.a.base).group(0) + address, timeout=60) as answer:
            packed += len(gzip.compress(answer.read()))
    w.check("a page's resources weigh at most 25 kB", packed <= 25_000, f"{packed} bytes")
    print(f"resources of a page: {packed} bytes packed")


def page_loads(a):
    """From the link of an empty tenant to the first provisioned user, by the pages alone."""
    w = Walk(a, "first")
    try:
        w.open(a.link)
        w.look("password")
        w.fill("password", PASSWORD)
        w.fill("again", PASSWORD)
        w.press("Set password")
        w.fill("name", "owner@demo.example")
        w.fill("password", PASSWORD)
        w.press("Sign in")
        w.fill("name", "First")
        w.press("Add SCIM plugin")
        w.press("Generate token")
        token = w.driver.find_element(By.ID, "secret").get_attribute("value")
        w.check("the first user", scim(a, token, "POST", "/Users", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "first@demo.example"})[0] == 201)
        w.check("at most 12 page loads", w.loads <= 12, str(w.loads))
        print(f"page loads to the first provisioned user: {w.loads}")
        resources(w)
    finally:
        w.close()
    return w


def german(w):
    w.open("login")
    w.check("German", w.heading() == "Anmelden")
    w.look("login")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--base", required=True, help="the demo tenant's URL")
    p.add_argument("--link", required=True, help="the link by which its Owner sets a password")
    p.add_argument("--axe", required=True, type=pathlib.Path, help="axe.min.js")
    p.add_argument("--replay", type=pathlib.Path, help="where replay.py and recorded conversations are, if anywhere")
    p.add_argument("--pictures", type=pathlib.Path, help="where screenshots go")
    p.add_argument("--chromium", default="/usr/bin/chromium")
    p.add_argument("--chromedriver", default="/usr/bin/chromedriver")
    a = p.parse_args()
    a.axe = a.axe.read_text()
    if a.pictures:
        a.pictures.mkdir(parents=True, exist_ok=True)
    walks = [page_loads(a)]
    for name, arguments, steps in (
            ("scripts", {}, lambda w: journey(w, "scripts")),
            ("plain", {"scripts": False}, lambda w: journey(w, "plain")),
            ("dark", {"dark": True}, lambda w: journey(w, "dark")),
            ("keyboard", {}, by_keyboard), ("german", {"language": "de"}, german)):
        w = Walk(a, name, **arguments)
        walks.append(w)
        try:
            steps(w)
        except Exception as error:  # whatever it was, the others go on
            w.check("the walk goes through", False, f"{type(error).__name__} {error} at {w.driver.current_url}")
            if a.pictures:
                w.driver.save_screenshot(str(a.pictures / f"{name}-failure.png"))
        finally:
            w.close()
    passed, failed = sum(w.passed for w in walks), sum(len(w.failures) for w in walks)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
