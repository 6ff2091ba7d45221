"""Finds single-line mutations in Swift sources, and writes them in behind a switch: `mutant(17) ? mutated : original`."""

import random
import re

from swift_source import CODE, STRING, OPENING, Source

COMPARISONS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
SQL_OPERATORS = {"=": "<>", "<>": "=", "<": "<=", ">": ">=", "<=": "<", ">=": ">"}
SQL_END = re.compile(r" (and|or|returning|order by|limit|for update|for no key|union|group by|on conflict|then|else|end)\b")
# How likely a kind is drawn: limits that are one larger tell little, and what a store does lies in its SQL.
WEIGHTS = {"limit": 1, "number": 1, "SQL operator": 8, "drop SQL condition": 8, "SQL order": 4}
# Modules of which twice as many are drawn.
DOUBLED = {"Persistence"}
CALL = re.compile(r"^(_ = )?(try )?(await )?[A-Za-z_]\w*(\.\w+)*(\(.*\))$")
NO_CALL = re.compile(
    r"^(return|case|let|var|if|guard|switch|for|while|throw|super|self\.init|precondition|assert|package|func|import"
    r"|fatalError|logger|init|defer|break|continue|yield)\b|.*\breserveCapacity\("
)


class Mutation:
    def __init__(self, source, start, end, kind, before, after, pattern):
        self.source, self.start, self.end = source, start, end
        self.kind, self.before, self.after = kind, before, after
        # The replacement for the matched text; `%d` becomes the number.
        self.pattern = pattern
        self.number = 0

    @property
    def line(self):
        # Of what is mutated, which may begin after the stretch that is written anew.
        return self.source.line(self.at)

    at = property(lambda self: getattr(self, "_at", self.start))

    def placed_at(self, place):
        self._at = place
        return self

    def record(self):
        return {
            "id": self.number, "file": self.source.path, "line": self.line, "kind": self.kind,
            "before": self.before, "after": self.after,
        }


def candidates(source, has_sql):
    """All mutations of a file, in the order of their places."""
    found = list(_conditions(source)) + list(_returns(source)) + list(_booleans(source))
    found += list(_limits(source)) + list(_calls(source)) + list(_extremes(source))
    if has_sql:
        found += list(_sql(source))
    return sorted(found, key=lambda mutation: (mutation.start, mutation.end, mutation.kind))


def _trim(source, start, end):
    while start < end and source.text[start].isspace():
        start += 1
    while end > start and source.text[end - 1].isspace():
        end -= 1
    return start, end


def _word(source, word, start, end):
    """A keyword in code outside brackets; -1 without one."""
    pattern = re.compile(rf"\b{word}\b")
    place = start
    while place < end:
        if source.kind[place] == CODE:
            if source.text[place] in OPENING:
                place = source.closing.get(place, end)
            elif pattern.match(source.text, place) and not re.match(r"\w", source.text[place - 1]):
                return place
        place += 1
    return -1


def _conditions(source):
    for match in re.finditer(r"\b(if|guard|while)\b", source.text):
        if not source.is_code(match.start(), match.end()) or source.text[match.start() - 1] in ".#`":
            continue
        start = match.end()
        if match.group(1) == "guard":
            end = _word(source, "else", start, len(source.text))
        else:
            end = source.find("{", start, len(source.text))
        if end < 0:
            continue
        for part in source.split(start, end):
            clause = _trim(source, *part)
            text = source.text[slice(*clause)]
            if re.match(r"(let|var|case|true|false)\b|#", text) or not text or "//" in text:
                continue
            yield from _of_expression(source, *clause, isCondition=match.group(1))


def _of_expression(source, start, end, isCondition=None):
    """Mutations of an expression, each of which stands for the whole of it when it is chosen."""
    prefix = re.match(r"(?:(?:try|await) )*", source.text[start:end]).group(0)
    if source.text.startswith(("try?", "try!"), start):
        return
    start += len(prefix)
    text = source.text[start:end]
    for match in re.finditer(r"\b(try|await)\b", text):
        if source.is_code(start + match.start()):
            return

    def written(mutated, place, kind, before, after):
        pattern = f"(mutant(%d) ? ({mutated.replace('%', '%%')}) : ({text.replace('%', '%%')}))"
        return Mutation(source, start, end, kind, before, after, pattern).placed_at(place)

    if isCondition:
        yield written(f"!({text})", start, "negate", text, f"!({text})")
        constant = "true" if isCondition == "guard" else "false"
        yield written(constant, start, "drop guard" if isCondition == "guard" else "drop branch", text, constant)
    for match in re.finditer(r"(?<= )(==|!=|<=|>=|<|>)(?= )", text):
        if source.is_code(start + match.start(), start + match.end()):
            after = COMPARISONS[match.group(0)]
            yield written(_put(text, match, after), start + match.start(), "compare", match.group(0), after)
    for match in re.finditer(r"(?<= )(&&|\|\|)(?= )", text):
        if source.is_code(start + match.start(), start + match.end()):
            after = "||" if match.group(0) == "&&" else "&&"
            yield written(_put(text, match, after), start + match.start(), "and/or", match.group(0), after)
    for match in re.finditer(r"(?<![\w.$\"])\d[\d_]*(?![\w.\"])", text):
        if source.is_code(start + match.start(), start + match.end()):
            after = str(int(match.group(0).replace("_", "")) + 1)
            yield written(_put(text, match, after), start + match.start(), "number", match.group(0), after)


def _put(text, match, after):
    return text[: match.start()] + after + text[match.end() :]


def _line_end(source, start):
    end = source.text.find("\n", start)
    return len(source.text) if end < 0 else end


def _ends_statement(source, end):
    """Whether what follows a line does not go on with it."""
    rest = source.text[end:].lstrip()
    return not re.match(r"[.?:+*/%&|<>=,)\]-]|\bas\b|\bis\b", rest)


def _is_balanced(source, start, end):
    for place in range(start, end):
        if source.kind[place] == CODE and source.text[place] in OPENING and source.closing.get(place, end) >= end:
            return False
        if source.kind[place] == CODE and source.text[place] in ")]}" and source.opening.get(place, -1) < start:
            return False
    return True


def _returns(source):
    for match in re.finditer(r"\breturn +", source.text):
        if not source.is_code(match.start()):
            continue
        start, end = match.end(), _line_end(source, match.start())
        closing = source.find("}", start, end)
        start, end = _trim(source, start, closing if closing >= 0 else end)
        text = source.text[start:end]
        if not text or re.match(r"(if|switch)\b", text) or text.endswith(("{", "(", "[", ",")):
            continue
        if _is_balanced(source, start, end) and _ends_statement(source, end) and "//" not in text:
            yield from _of_expression(source, start, end)


def _booleans(source):
    for match in re.finditer(r"(?:-> Bool|\bvar \w+: Bool) \{", source.text):
        opened = match.end() - 1
        if not source.is_code(match.start(), match.end()) or opened not in source.closing:
            continue
        start, end = _trim(source, opened + 1, source.closing[opened])
        body = source.text[start:end]
        if not body or re.match(r"(get|set|willSet|didSet|_read)\b", body):
            continue
        is_implicit = _is_expression(source, start, end)
        if is_implicit is None:
            continue
        for value in ("true", "false"):
            pattern = f"if mutant(%d) {{ return {value} }}; " + ("return " if is_implicit else "")
            signature = source.line_text(match.start())
            yield Mutation(source, start, start, f"always {value}", signature, f"return {value}", pattern)
        if is_implicit and "\n" not in body and not re.match(r"(if|switch)\b", body):
            yield from _of_expression(source, start, end)


def _is_expression(source, start, end):
    """Whether a body is one expression, whose value is returned without a word; None when that cannot be told."""
    body = source.text[start:end]
    statements = 0
    for line in source.split(start, end, "\n"):
        text = source.text[slice(*line)].strip()
        if text and not text.startswith("//"):
            statements += not re.match(r"[.?:+*/%&|<>=-]|\b(as|is)\b", text)
    if statements > 1:
        return False
    if re.match(r"(if|switch)\b", body):
        return not re.search(r"\breturn\b", body)
    if re.match(r"(return|let|var|guard|defer|for|do|while)\b", body):
        return False if body.startswith("return") else None
    return True


def _limits(source):
    pattern = re.compile(r"^ *(?:\w+ )*(?:let|var) \w+(?:: [\w.]+)? = ([\w. *+<()-]*\d[\w. *+<()-]*)$", re.M)
    for match in pattern.finditer(source.text):
        start, end = match.span(1)
        if "await" in match.group(0) or not _is_balanced(source, start, end) or not _ends_statement(source, end):
            continue
        if source.is_code(start, end):
            for mutation in _of_expression(source, start, end):
                if mutation.kind == "number":
                    mutation.kind = "limit"
                    yield mutation


def _calls(source):
    lines = source.text.split("\n")
    start = 0
    for number, line in enumerate(lines):
        text, place = line.strip(), start + len(line) - len(line.lstrip())
        start += len(line) + 1
        if not source.is_code(place) or not (CALL.match(text) or re.match(r"[\w.]+ [+-]= ", text)):
            continue
        if NO_CALL.match(text) or not _is_balanced(source, place, place + len(text)):
            continue
        before = next((lines[back].strip() for back in range(number - 1, -1, -1) if lines[back].strip()), "")
        after = next((later.strip() for later in lines[number + 1 :] if later.strip()), "")
        block = max((opened for opened, closed in source.closing.items() if opened < place < closed), default=-1)
        if block < 0 or source.text[block] != "{" or not re.search(r"([{};)\w]|\])$", before):
            continue
        if re.search(r"\b(return|in|else|try|await)$", before) and not before.endswith(" in"):
            continue
        is_last = after.startswith("}")
        if is_last and not text.startswith("_ = ") and not re.match(r"[\w.]+ [+-]= ", text):
            continue
        if not _ends_statement(source, place + len(text)):
            continue
        wrapped = text.replace("%", "%%")
        yield Mutation(
            source, place, place + len(text), "remove call", text, "", f"if !mutant(%d) {{ {wrapped} }}")


def _extremes(source):
    for match in re.finditer(r"(?<![.\w])(min|max)\(", source.text):
        opened = match.end() - 1
        if not source.is_code(match.start(), match.end()) or opened not in source.closing:
            continue
        end = source.closing[opened] + 1
        text = source.text[match.start() : end]
        if len(source.split(opened + 1, end - 1)) < 2 or re.search(r"\b(try|await)\b", text):
            continue
        other = "max" if match.group(1) == "min" else "min"
        mutated, original = (other + text[3:]).replace("%", "%%"), text.replace("%", "%%")
        yield Mutation(
            source, match.start(), end, "min/max", match.group(1), other,
            f"(mutant(%d) ? {mutated} : {original})")


def _sql(source):
    for start, end, is_long in source.literals:
        text = source.text[start:end]
        if not re.search(r"\b(select|where|and|update|delete|exists|order by)\b", text):
            continue
        for match in re.finditer(r"\b(where|and|or|on)\b (?!conflict)", text):
            place = start + match.start()
            if source.kind[place] != STRING and source.kind[place] != CODE or not _is_text(source, place):
                continue
            segment = _segment(source, start + match.end(), end)
            if segment is None:
                continue
            condition = source.text[place if match.group(1) in ("and", "or") else start + match.end() : segment]
            if "tenant_id" in condition or not _is_plain(condition):
                continue
            if match.group(1) == "and" and " between " not in source.text[max(start, place - 60) : place]:
                yield Mutation(
                    source, place, segment, "drop SQL condition", condition, "",
                    f'\\(mutantSQL(%d, "{condition.replace("%", "%%")}", ""))')
            yield from _sql_operators(source, start + match.end(), segment)
        for match in re.finditer(r" desc\b", text):
            if _is_text(source, start + match.start()):
                yield Mutation(
                    source, start + match.start() + 1, start + match.end(), "SQL order", "desc", "asc",
                    '\\(mutantSQL(%d, "desc", "asc"))')


def _is_text(source, place):
    """Whether the place is text of a literal and not of what is interpolated. Text is not marked before the end."""
    return all(
        not (opened < place < closed and source.text[opened - 1 : opened + 1] == "\\(")
        for opened, closed in _interpolations(source)
    )


def _interpolations(source):
    if not hasattr(source, "interpolations"):
        source.interpolations = []
        for match in re.finditer(r"\\\(", source.text):
            depth, place = 0, match.end() - 1
            while place < len(source.text):
                depth += {"(": 1, ")": -1}.get(source.text[place], 0)
                if depth == 0:
                    break
                place += 1
            source.interpolations.append((match.end() - 1, place))
    return source.interpolations


def _segment(source, start, end):
    """Where the condition that begins here ends; None when it does not on its line."""
    depth, place = 0, start
    while place < end and source.text[place] != "\n":
        if _is_text(source, place) and depth == 0:
            if SQL_END.match(source.text, place) or source.text[place] in ",;":
                break
            if source.text[place] == ")":
                break
        depth += {"(": 1, ")": -1}.get(source.text[place], 0)
        place += 1
    while source.text[place - 1] == " ":
        place -= 1
    return place if depth == 0 and place > start else None


def _is_plain(condition):
    """Whether it can be written inside an interpolation."""
    return not re.search(r'\\[^(]|"', condition) and condition.count("(") == condition.count(")")


def _sql_operators(source, start, end):
    text = source.text[start:end]
    for match in re.finditer(r"(?<= )(=|<>|<=|>=|<|>)(?= )|\bis not null\b|\bis null\b", text):
        place = start + match.start()
        if not _is_text(source, place):
            continue
        before = match.group(0)
        after = SQL_OPERATORS.get(before) or ("is null" if before == "is not null" else "is not null")
        yield Mutation(
            source, place, start + match.end(), "SQL operator", f"{before} in: {text}", after,
            f'\\(mutantSQL(%d, "{before}", "{after}"))')


def choose(by_module, count, seed):
    """As many of each module and, within it, of each kind, as can be; of overlapping ones only one."""
    generator = random.Random(seed)
    queues = {}
    for module in sorted(by_module):
        kinds = {}
        for mutation in by_module[module]:
            kinds.setdefault(mutation.kind, []).append(mutation)
        for kind in sorted(kinds):
            generator.shuffle(kinds[kind])
        queues[module] = [kinds[kind] for kind in sorted(kinds)]
    chosen, taken = [], {}
    while len(chosen) < count and any(any(queue) for kinds in queues.values() for queue in kinds):
        for module in sorted([*queues, *(set(queues) & DOUBLED)]):
            kinds = [queue for queue in queues[module] if queue]
            while kinds and len(chosen) < count:
                queue = generator.choices(kinds, [WEIGHTS.get(queue[0].kind, 2) for queue in kinds])[0]
                mutation = queue.pop()
                stretches = taken.setdefault(mutation.source.path, [])
                if all(mutation.end < start or end < mutation.start for start, end in stretches):
                    stretches.append((mutation.start, mutation.end))
                    chosen.append(mutation)
                    break
                kinds = [queue for queue in queues[module] if queue]
    for number, mutation in enumerate(chosen, start=1):
        mutation.number = number
    return chosen


def written(source, mutations):
    """The text of a file with its mutations, and for each where it then lies."""
    text, lines, last = [], {}, 0
    for mutation in sorted(mutations, key=lambda one: one.start):
        text.append(source.text[last : mutation.start])
        first = sum(part.count("\n") for part in text) + 1
        body = mutation.pattern % mutation.number
        text.append(body)
        lines[mutation.number] = (first, first + body.count("\n"))
        last = mutation.end
    text.append(source.text[last:])
    return "".join(text), lines


def load(path, text):
    return Source(path, text)
