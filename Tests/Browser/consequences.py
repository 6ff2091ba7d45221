"""The security log, and the pages that show the consequences of a step before it is taken."""

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from scim import scim

LONG_NAME = "maximilian-alexander.von-hohenlohe-langenburg.{}@students.subsidiary.demo.example"
CONFIRM = "Save and change the roles of 1 person"


def long_user(w, token, name):
    """A person whose user name and address are wider than any column, so that every table has to wrap."""
    user = LONG_NAME.format(name)
    status, _ = scim(w.a, token, "POST", "/Users", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user, "active": True,
        "displayName": "Maximilian-Alexander von Hohenlohe-Langenburg-Schillingsfürst",
        "emails": [{"type": "work", "value": user, "primary": True}]})
    w.check("a user with a long name is created", status == 201)


def renewal(w):
    """A second token beside the one that works, and its revocation, from the page of the plugin and back to it."""
    w.fill("token-name", "The token that replaces the present one at the turn of the year, in all regions")
    w.press("Generate token")
    second = w.driver.find_element(By.ID, "secret").get_attribute("value")
    w.press("I have stored it")
    w.check("the older token waits for the newer one", "You can revoke" in w.text() and "has been used." in w.text())
    w.look("plugin-two-tokens")
    row = next(r for r in w.driver.find_elements(By.CSS_SELECTOR, "tbody tr") if second[:8] in r.text)
    w.press("Revoke", within=row)
    w.check("the newer token is revoked", "You can revoke" not in w.text() and "revoked" in w.text())


def role_preview(w, name):
    """A mapping that changes the roles of a person who exists, from the page of their plugin and back to it."""
    def add():
        Select(w.driver.find_element(By.ID, "mapping-origin")).select_by_value("group")
        w.fill("mapping-value", f"Team anna.{name}@demo.example")
        Select(w.driver.find_element(By.ID, "mapping-role")).select_by_visible_text("Instructor")
        w.press("Add mapping", confirms=False)

    add()
    w.check("the preview counts and names the people", previews_roles(w, name), w.text())
    w.look("role-preview")
    w.follow("Cancel")
    w.check("a canceled mapping is not saved", "→ Instructor · 1 person" not in w.text())
    add()
    w.press(CONFIRM)
    w.check("a confirmed mapping is saved", "→ Instructor · 1 person" in w.text())


def previews_roles(w, name):
    text = w.text()
    return (w.heading() == "Change people's roles?" and "1 person gets Instructor and loses Trainee" in text
            and f"Anna Sample (anna.{name}@demo.example)" in text and "Nothing has been saved yet." in text)


def link_review(w, user, name):
    """A connection that asks before it writes to a user of another, until an administrator refuses it.

    - user: the id of a user of another connection.
    """
    w.open("manage/integration/plugins")
    w.fill("name", f"Asking {name}")
    w.press("Add SCIM plugin")
    page = w.driver.current_url.split("?")[0]
    Select(w.driver.find_element(By.ID, "matching")).select_by_value("review")
    w.press("Save")
    reports_once(w)
    w.press("Generate token")
    token = w.driver.find_element(By.ID, "secret").get_attribute("value")
    w.press("I have stored it")
    w.check("a foreign user is not changed unasked", ask(w, token, user) == 403)
    w.open("manage/integration/reviews")
    w.check("the review shows the change", reviews_title(w, f"Asking {name}"), w.text())
    w.look("reviews-waiting")
    w.press("Refuse")
    w.check("the review is refused", "Refused." in w.text())
    w.look("reviews-refused")
    w.open(f"{page}/deletion")
    w.press("Delete the plugin")


def reports_once(w):
    """A reload does not report again that something was saved; the address forgets it where scripts run."""
    w.check("saving is reported", "Saved." in w.text())
    if w.scripts:
        w.driver.refresh()
        w.check("saving is reported once", "Saved." not in w.text(), w.driver.current_url)


def ask(w, token, user):
    """The status of a change of a title, which a review keeps waiting."""
    return scim(w.a, token, "PATCH", f"/Users/{user}", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": "Head of the department"}]})[0]


def reviews_title(w, connection):
    return f"{connection} wants to change this person" in w.text() and "Head of the department" in w.text()


def security_log(w):
    """The wrong password of the sign-in, found by its kind."""
    w.open("manage/security")
    WebDriverWait(w.driver, 60, 1).until(lambda d: (d.refresh(), "Wrong password" in log(w))[1])
    w.look("security")
    Select(w.driver.find_element(By.ID, "kind")).select_by_visible_text("Wrong password")
    w.fill("person", "owner@demo.example")
    w.press("Show")
    w.check("the log shows one kind of event", "Wrong password" in log(w) and "Signed in" not in log(w))
    w.look("security-filtered")
    w.open("manage/security?from=2026-02-30")
    w.check("a wrong day is told", "no day of the calendar" in w.text())
    w.look("security-problem")


def log(w):
    return w.driver.find_element(By.CSS_SELECTOR, "main ol.log").text


def by_keys(w, enter, user):
    """The same pages by keys alone, from any page of the console.

    - enter: goes by Tab to what matches, types and presses Enter.
    - user: the id of a user of the connection named Keyboard.
    """
    def field(name):
        return lambda e: e.get_attribute("id") == name

    def add_mapping():
        enter.tab_to(field("mapping-origin")).send_keys("Group")
        enter.tab_to(field("mapping-value")).send_keys("Team anna.keyboard@demo.example")
        enter.tab_to(field("mapping-role")).send_keys("Instructor")
        enter(lambda e: e.text == "Add mapping")
        w.check("the preview by keys", previews_roles(w, "keyboard"), w.text())

    enter(lambda e: e.text == "Security log")
    w.check("the security log by keys", w.heading() == "Security log")
    enter.tab_to(field("kind")).send_keys("Wrong password")
    enter(lambda e: e.text == "Show")
    w.check("one kind of event by keys", "Wrong password" in log(w) and "Signed in" not in log(w))
    w.look("security")
    enter(lambda e: e.text == "Plugins")
    enter(lambda e: e.text == "Keyboard")
    add_mapping()
    w.look("role-preview")
    enter(lambda e: e.text == "Cancel")
    w.check("canceled by keys", "→ Instructor" not in w.text())
    add_mapping()
    enter(lambda e: e.text == CONFIRM)
    w.check("confirmed by keys", "→ Instructor · 1 person" in w.text())
    enter(lambda e: e.text == "Plugins")
    enter(field("name"), "Asking by keys")
    enter.tab_to(field("matching")).send_keys("Ask an administrator first")
    enter(lambda e: e.text == "Save")
    enter(lambda e: e.text.startswith("Generate token"))
    token = w.driver.find_element(By.ID, "secret").get_attribute("value")
    enter(lambda e: e.text == "I have stored it")
    w.check("a foreign user is not changed unasked", ask(w, token, user) == 403)
    enter(lambda e: e.text == "Link reviews")
    w.check("the review by keys", reviews_title(w, "Asking by keys"), w.text())
    w.look("reviews-waiting")
    enter(lambda e: e.text.startswith("Refuse"))
    w.check("refused by keys", "Refused." in w.text())
