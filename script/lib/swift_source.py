"""The text of a Swift file: which characters are code, which are text in quotes or comments, and where brackets close."""

import bisect

CODE, STRING, COMMENT = range(3)
OPENING = {"(": ")", "[": "]", "{": "}"}


class Source:
    """One file. Positions are indexes into `text`."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.kind = bytearray(len(text))
        self.literals = []  # (start of the content, end of the content, is it of several lines)
        self.closing = {}  # place of an opening bracket in code → place of the closing one
        self.opening = {}
        self._scan()
        self._lines = [0] + [place + 1 for place, character in enumerate(text) if character == "\n"]

    def line(self, place):
        return bisect.bisect_right(self._lines, place)

    def line_text(self, place):
        number = self.line(place)
        start = self._lines[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].strip()

    def is_code(self, start, end=None):
        return all(kind == CODE for kind in self.kind[start : end if end is not None else start + 1])

    def find(self, characters, start, end):
        """The first of the characters in code between two places and outside brackets; -1 without one."""
        place = start
        while place < end:
            if self.kind[place] == CODE:
                if self.text[place] in characters:
                    return place
                if self.text[place] in OPENING:
                    place = self.closing.get(place, end)
                elif self.text[place] in ")]}":
                    return -1
            place += 1
        return -1

    def split(self, start, end, separator=","):
        """The parts of a stretch between separators in code and outside brackets."""
        parts = []
        while True:
            found = self.find(separator, start, end)
            if found < 0:
                return parts + [(start, end)]
            parts.append((start, found))
            start = found + 1

    def block(self, place):
        """The innermost braces around a place: where they open and close; None outside any."""
        best = None
        for opened, closed in self.closing.items():
            if self.text[opened] == "{" and opened < place < closed and (best is None or opened > best[0]):
                best = (opened, closed)
        return best

    # Reading

    def _mark(self, start, end, kind):
        for place in range(start, min(end, len(self.text))):
            self.kind[place] = kind

    def _scan(self):
        stack = []
        place = self._code(0, stack, None)
        assert place >= len(self.text)

    def _code(self, place, stack, until):
        """Reads code; inside an interpolation until the parenthesis that ends it."""
        text, depth = self.text, len(stack)
        while place < len(text):
            two = text[place : place + 2]
            if two == "//":
                end = text.find("\n", place)
                end = len(text) if end < 0 else end
                self._mark(place, end, COMMENT)
                place = end
            elif two == "/*":
                end = text.find("*/", place) + 2
                self._mark(place, end, COMMENT)
                place = end
            elif text[place] == '"' or two == '#"' or text.startswith('##"', place):
                place = self._string(place, stack)
            elif text[place] in OPENING:
                stack.append(place)
                place += 1
            elif text[place] in ")]}":
                if until == text[place] and len(stack) == depth:
                    return place
                if stack:
                    opened = stack.pop()
                    self.closing[opened], self.opening[place] = place, opened
                place += 1
            elif text[place] == "/" and self._begins_regex(place):
                end = self._regex_end(place)
                self._mark(place, end, STRING)
                place = end
            else:
                place += 1
        return place

    def _begins_regex(self, place):
        before = self.text[:place].rstrip(" ")[-1:]
        return before in "(,[" and self.text[place + 1 : place + 2] not in " \n="

    def _regex_end(self, place):
        end = place + 1
        while self.text[end] not in "/\n":
            end += 2 if self.text[end] == "\\" else 1
        return end + 1

    def _string(self, place, stack):
        text, start = self.text, place
        hashes = 0
        while text[place] == "#":
            hashes += 1
            place += 1
        quote = '"""' if text.startswith('"""', place) else '"'
        place += len(quote)
        content = place
        closing, escape = quote + "#" * hashes, "\\" + "#" * hashes
        while not text.startswith(closing, place):
            if text.startswith(escape + "(", place):
                self._mark(start, place + len(escape) + 1, STRING)
                place = self._code(place + len(escape) + 1, stack, ")")
                start = place
                place += 1
            elif text.startswith(escape, place):
                place += len(escape) + 1
            else:
                place += 1
        self.literals.append((content, place, quote == '"""'))
        place += len(closing)
        self._mark(start, place, STRING)
        return place
