from audits.reports.labels import letters


def test_one_edition_needs_no_letter():
    assert letters(1) == [""]


def test_several_editions_are_lettered_in_their_order():
    assert letters(3) == ["A", "B", "C"]


def test_editions_past_the_alphabet_are_counted():
    assert letters(27)[25:] == ["Z", "27."]
