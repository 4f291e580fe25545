"""The tally of sampled constants: bounded by value and by sample, the usual ones first."""

from tunewright_agent.analyst.constants_pass import MOST_SAMPLES, MOST_VALUES, TOLD_VALUES, Tally


def test_the_usual_constant_stays_and_the_rarest_give_way() -> None:
    tally = Tally()
    for number in range(3 * MOST_VALUES):
        tally.add({1: "'open'", 2: str(number)})
    rows = tally.rows()
    assert (rows[0].parameter, rows[0].text, rows[0].samples) == (1, "'open'", 3 * MOST_VALUES)
    assert len(tally.values[2]) == MOST_VALUES
    assert len([one for one in rows if one.parameter == 2]) == TOLD_VALUES


def test_what_was_usual_long_ago_fades() -> None:
    tally = Tally()
    for _ in range(MOST_SAMPLES):
        tally.add({1: "'old'"})
    for _ in range(MOST_SAMPLES):
        tally.add({1: "'new'"})
    assert tally.samples <= MOST_SAMPLES
    assert [one.text for one in tally.rows()] == ["'new'", "'old'"]
    assert sum(one.samples for one in tally.rows()) <= tally.samples
