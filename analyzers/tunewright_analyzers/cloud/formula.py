"""Values of RDS parameters that are formulas of the instance class: `LEAST({DBInstanceClassMemory/9531392},5000)`.

DBInstanceClassMemory is what the class has less what RDS keeps for itself; the class's memory stands for it here, so that a value is
somewhat too large, never too small. Source: RDS User Guide, 'Specifying DB parameters'.
"""

import math
import re
from collections.abc import Callable

from tunewright_analyzers.cloud.classes import memory_bytes, vcpus

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z]\w*)|(?P<mark>[-+*/(){},]))")
_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "greatest": max,
    "least": min,
    "sum": sum,
    "log": lambda values: math.log2(values[0]),
}


class _Reader:
    """Recursive descent over expression = term {(+|-) term}; term = factor {(*|/) factor}."""

    def __init__(self, text: str, variables: dict[str, float]) -> None:
        self.words = [found.group().strip() for found in _TOKEN.finditer(text)]
        if "".join(self.words) != re.sub(r"\s", "", text):
            raise ValueError(text)
        self.variables = variables
        self.at = 0

    def next(self) -> str:
        word = self.words[self.at] if self.at < len(self.words) else ""
        self.at += 1
        return word

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def expression(self) -> float:
        value = self.term()
        while self.peek() in {"+", "-"}:
            value = value + self.term() if self.next() == "+" else value - self.term()
        return value

    def term(self) -> float:
        value = self.factor()
        while self.peek() in {"*", "/"}:
            value = value * self.factor() if self.next() == "*" else value / self.factor()
        return value

    def factor(self) -> float:
        word = self.next()
        if word == "-":
            return -self.factor()
        if word in {"{", "("}:
            value = self.expression()
            self.expect("}" if word == "{" else ")")
            return value
        if word.lower() in _FUNCTIONS:
            return _FUNCTIONS[word.lower()](self.arguments())
        return self.variables[word.lower()] if word.lower() in self.variables else float(word)

    def arguments(self) -> list[float]:
        self.expect("(")
        values = [self.expression()]
        while self.peek() == ",":
            self.next()
            values.append(self.expression())
        self.expect(")")
        return values

    def expect(self, mark: str) -> None:
        if self.next() != mark:
            raise ValueError(mark)


def evaluate(value: str, instance_class: str) -> float | None:
    """The number that a parameter's value stands for on that class; None where it is none, or the class is unknown."""
    memory, cpus = memory_bytes(instance_class), vcpus(instance_class)
    variables = {} if memory is None else {"dbinstanceclassmemory": float(memory)}
    if cpus is not None:
        variables["dbinstancevcpu"] = float(cpus)
    try:
        reader = _Reader(value, variables)
        number = reader.expression()
        return math.floor(number) if reader.at == len(reader.words) else None
    except (ValueError, ZeroDivisionError):
        return None
