"""What the codes of notes mean, and what to do about each: the reference page is made from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """What a note with this code says, and what a person may do."""

    about: str
    hint: str


#: Notes that say that rows could not be had at all: what is counted is not all that there is.
UNREAD = ("unreadable", "no-files")
#: Notes that say why rows are missing: as above, or nothing is read until a person mends the model's file.
MISSING = (*UNREAD, "wrong-settings")

#: Every code that a note can carry.
CODES: Mapping[str, Code] = {
    "unreadable": Code(
        "A file or a table could not be read, or its listing could not. Its rows are not counted; it is tried again in "
        "every cycle.",
        "Write it anew, or take it away. A file that is still being written is read when it is whole.",
    ),
    "nothing-yet": Code(
        "No row was pushed into the inbox yet. That is how a model begins.",
        "Nothing, if the service is still to come; else look at what it is answered.",
    ),
    "wrong-settings": Code(
        "The model's file does not fit its tables: a column that rows cannot be counted without is in none of them, or "
        "the task or the classes are others than those that were counted by. Nothing is read until it is mended, so "
        "nothing is lost.",
        "Mend the model's file; `bellbuoy check` says what is there.",
    ),
    "settings-changed": Code(
        "The model's file says something else than when earlier rows were counted: another column, threshold, grain, "
        "segment or input. Earlier windows stand as they were; new rows are counted by what it says now. Windows of "
        "one grain are never added to those of another: days are kept for every grain, what is shorter starts anew.",
        "`bellbuoy run --once --recount` counts everything anew from the tables as they are now.",
    ),
    "no-files": Code(
        "No file matches the path. That is how a project starts, and what a broken export looks like.",
        "Look at `path` in the model's file; `bellbuoy check` says what it finds there.",
    ),
    "shrunk": Code(
        "A file has fewer rows than were counted from it, and rows have no ids. What was counted stays counted; rows "
        "that are new among those that are left are missed.",
        "Name an id column, or add rows in new files instead of writing old ones anew.",
    ),
    "rewritten": Code(
        "Files of a Delta table were written anew because rows in them changed, and rows have neither ids nor a "
        "cursor, so nobody can say which are new. They are left out.",
        "Name an id column or a cursor.",
    ),
    "late-rows": Code(
        "Rows of a new file became visible before the newest that were counted, and rows have no ids, so nobody can "
        "say whether they are new. They are left out.",
        "Name an id column, or a cursor that never goes back.",
    ),
    "no-column": Code(
        "A column that is watched is not in a file. Its values count as null there.",
        "Where it was renamed or dropped for good, change the model's file; else ask its owner.",
    ),
    "new-column": Code(
        "A column is in a file that was in none before. It is not watched: the table was changed by somebody, who may "
        "have changed more than this.",
        "Name it among the features if the model uses it; else nothing. It is said once.",
    ),
    "no-cursor": Code(
        "Rows have no value in the cursor column. They count as visible with their file.",
        "Let the log write the cursor for every row.",
    ),
    "no-zone": Code(
        "Times carry no time zone. They are read as UTC, which is said once.",
        "Nothing, where they are UTC. Otherwise write them with their zone.",
    ),
    "odd-number": Code(
        "Values of a numeric column are no numbers. They count as null.",
        "Ask who writes the column; texts such as `n/a` are better left empty.",
    ),
    "odd-moment": Code(
        "Values of a time column are no times. They count as null; a prediction without a time has no window.",
        "Write times as ISO 8601, or in a column of type timestamp.",
    ),
    "odd-id": Code(
        "Ids are no whole numbers of 64 bits though the column holds numbers. Such rows cannot be joined with labels.",
        "Write ids as whole numbers, or all of them as texts.",
    ),
    "odd-line": Code(
        "Lines of a CSV or NDJSON file cannot be read. They are left out, the others are counted.",
        "Look at the first such file: a separator or a quote is missing.",
    ),
    "odd-label": Code(
        "Labels are none that the task knows: no class of the model, or no number. They are left out.",
        "Look at `positive` and `classes` in the model's file, and at who writes the labels.",
    ),
    "labels-unknown": Code(
        "Labels are of ids that no prediction has. They wait for it for as long as `labels.horizon` says; a few are "
        "normal where labels are quicker than the log.",
        "Where they are many, compare the ids of both tables: a prefix, another id, or a log that lacks rows.",
    ),
    "labels-too-late": Code(
        "Labels are older than all that is waited for, and no prediction that is remembered has their id. They were "
        "counted before it was forgotten, or come too late; either way they are left out.",
        "Nothing, where all labels are exported again and again. For history that is labelled later, make "
        "`labels.horizon` longer and count anew with `bellbuoy run --once --recount`.",
    ),
    "no-twin": Code(
        "What each column usually is, given the others, could not be learnt from the reference set. There are no "
        "readings of `misfit`; nothing else is touched by it.",
        "Look at what the note says; it is tried again when the reference set changes.",
    ),
    "replay-failed": Code(
        "Rows of the log could not be scored again: the model in `[replay]` did not open, broke, gave something else "
        "than scores, or took too long or too much memory. Nothing else is touched by it; the next replay tries again.",
        "`bellbuoy replay MODEL` does it at once and says what is wrong.",
    ),
    "bad-rule": Code(
        "A rule of the model's file cannot be judged: its condition is none, or there is no such metric. The others "
        "are.",
        "Look at its `when`; `bellbuoy check` says what is wrong with it.",
    ),
}
