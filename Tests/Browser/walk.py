"""A browser that walks through the console, and looks at every page on its way."""

import contextlib
import json
import pathlib
import subprocess

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WIDTHS = {"wide": (1280, 900), "narrow": (390, 844), "narrowest": (320, 640)}
CLIPPED = pathlib.Path(__file__).with_name("clipped.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Walk:
    def __init__(self, a, name, scripts=True, dark=False, language="en"):
        self.a, self.name, self.failures, self.passed, self.loads = a, name, [], 0, 0
        options = Options()
        options.binary_location = a.chromium
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--lang={language}",
                         "--hide-scrollbars"):
            options.add_argument(argument)
        preferences = {"intl.accept_languages": language}
        if not scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        self.driver = webdriver.Chrome(service=Service(a.chromedriver), options=options)
        self.driver.set_window_size(*WIDTHS["wide"])
        self.scripts = scripts
        if dark:
            self.driver.execute_cdp_cmd(
                "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})

    def close(self):
        self.driver.quit()

    def check(self, what, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failures.append(f"{self.name}: {what} {detail}")
            print(f"FAIL {self.name}: {what} {detail}", flush=True)

    # Steps

    def open(self, path):
        self.driver.get(path if path.startswith("http") else f"{self.a.base}/{path}")
        self.loads += 1

    def heading(self):
        return self.driver.find_element(By.TAG_NAME, "h1").text

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "main").text

    def fill(self, field, value):
        element = self.driver.find_element(By.ID, field)
        element.clear()
        element.send_keys(value)

    def press(self, words, within=None, confirms=True):
        """Presses the first button whose text begins with the words.

        - within: an element that the button lies in, or None for the whole page.
        - confirms: also presses the button of a page that asks, if one follows.
        """
        places = "button, a.button" if within else "main button, main a.button, header button"
        for button in (within or self.driver).find_elements(By.CSS_SELECTOR, places):
            if button.text.strip().startswith(words) and button.is_displayed():
                asks = self.scripts and button.find_elements(By.XPATH, "ancestor::form[@data-ask]")
                with self.next_page():
                    button.click()
                    if asks:
                        self.driver.switch_to.alert.accept()
                # Without scripts a page asks.
                sure = self.driver.find_elements(By.CSS_SELECTOR, "form[data-sure] button")
                if sure and confirms:
                    self.look("question")
                    with self.next_page():
                        sure[0].click()
                return
        raise NoSuchElementException(f"no button {words!r} on {self.driver.current_url}")

    def press_in(self, section, words):
        """A button of the form that a heading names: several may be called alike."""
        form = self.driver.find_element(By.CSS_SELECTOR, f"form[aria-labelledby={section}]")
        with self.next_page():
            next(b for b in form.find_elements(By.TAG_NAME, "button") if b.text.startswith(words)).click()

    def press_anywhere(self, words):
        """A button of somebody else's page."""
        with self.next_page():
            self.driver.find_element(By.XPATH, f"//button[normalize-space()='{words}']").click()

    def follow(self, words, partial=False):
        how = By.PARTIAL_LINK_TEXT if partial else By.LINK_TEXT
        with self.next_page():
            self.driver.find_element(how, words).click()

    @contextlib.contextmanager
    def next_page(self):
        """What happens inside leads to another page, which is waited for."""
        before = self.driver.find_element(By.TAG_NAME, "html").id
        yield
        wait = WebDriverWait(self.driver, 60, 0.1, ignored_exceptions=[StaleElementReferenceException])
        wait.until(lambda d: d.find_element(By.TAG_NAME, "html").id != before)
        wait.until(lambda d: d.execute_cdp_cmd("Runtime.evaluate", {"expression": "document.readyState"})
                   ["result"].get("value") == "complete")
        self.loads += 1

    def evaluate(self, script):
        """The value of a script, even where the scripts of pages do not run."""
        answer = self.driver.execute_cdp_cmd(
            "Runtime.evaluate", {"expression": script, "returnByValue": True})
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "a script failed"))
        return answer["result"].get("value")

    def look(self, page):
        """A picture at each width, and the findings of the machines about the page."""
        for width, size in WIDTHS.items():
            self.driver.set_window_size(*size)
            height = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            self.check(f"{page} fits {size[0]} px", height["width"] <= size[0] + 1, f"({height['width']} px)")
            clipped = self.evaluate(CLIPPED)
            self.check(f"nothing of {page} is cut off at {size[0]} px", not clipped, "; ".join(clipped[:5]))
            if self.a.pictures:
                self.driver.set_window_size(size[0], min(int(height["height"]) + 20, 6000))
                self.driver.save_screenshot(str(self.a.pictures / f"{self.name}-{page}-{width}.png"))
                self.driver.set_window_size(*size)
            if self.scripts:
                self.axe(f"{page} {width}")
        self.driver.set_window_size(*WIDTHS["wide"])
        self.tidy(page)

    def axe(self, page):
        self.driver.execute_script(self.a.axe)
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then(r => done(r.violations));", RULES)
        self.check(f"axe {page}", not result,
                   json.dumps([(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in result]))

    def tidy(self, page):
        run = subprocess.run(["tidy", "-q", "-e", "--drop-empty-elements", "no", "--mute", "PROPRIETARY_ATTRIBUTE"],
                             input="<!doctype html>" + self.driver.page_source, text=True, capture_output=True)
        complaints = [line for line in run.stderr.splitlines() if "Warning" in line or "Error" in line]
        self.check(f"tidy {page}", not complaints, "; ".join(complaints[:3]))
