#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
#
# What `replay` writes of one execution: a trace by the rules of Chrome's format, and a log by which
# ShiViz can tell what happened before what.
import collections
import json
import re

from world import ROOT, World, main

FINDINGS = ROOT / "tests/outputs/findings"


class Replays(World):
    def replayed(self, symptom, *words):
        self.stagger("run", str(FINDINGS / f"{symptom}.toml"), "--seed", "1", code=1)
        (schedule,) = (self.folder / ".stagger").glob("*.schedule")
        out, _ = self.stagger("replay", str(schedule), "--times", "1", *words, code=1)
        return out


class Trace(Replays):
    def events(self, symptom):
        return json.loads(self.replayed(symptom, "--trace", "-"))["traceEvents"]

    def expect_to_be_sound(self, events):
        tracks = {(event["pid"], event["tid"]) for event in events
                  if event["ph"] == "M" and event["name"] == "thread_name"}
        slices = collections.defaultdict(list)
        for event in events:
            self.assertIn(event["ph"], "MXsfiC")
            self.assertGreaterEqual(event["ts"], 0)
            if event["ph"] in "Xsfi":
                self.assertIn((event["pid"], event["tid"]), tracks)
                self.assertTrue(event["name"])
            if event["ph"] == "X":
                self.assertGreater(event["dur"], 0)
                slices[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
        for track in slices.values():
            for a in track:
                for b in track:
                    apart = a[1] <= b[0] or b[1] <= a[0]
                    nested = a[0] <= b[0] and b[1] <= a[1] or b[0] <= a[0] and a[1] <= b[1]
                    self.assertTrue(apart or nested, (a, b))
        self.expect_arrows_that_are_bound(events, slices)

    def expect_arrows_that_are_bound(self, events, slices):
        ends = collections.defaultdict(dict)
        for event in events:
            if event["ph"] in "sf":
                ends[event["id"]][event["ph"]] = event
        for pair in ends.values():
            self.assertEqual(set(pair), {"s", "f"})
            self.assertLessEqual(pair["s"]["ts"], pair["f"]["ts"])
            self.assertEqual(pair["f"]["bp"], "e")
            for end in pair.values():
                track = slices[end["pid"], end["tid"]]
                self.assertTrue(any(a < end["ts"] < b for a, b in track), end)

    def test_has_a_track_per_task_and_a_slice_per_operation(self):
        events = self.events("lost-update")
        self.expect_to_be_sound(events)
        names = [event["args"]["name"] for event in events
                 if event["ph"] == "M" and event["name"] == "thread_name"]
        self.assertEqual(names[:2], ["worker[0]", "worker[1]"])
        slices = [event["name"] for event in events if event["ph"] == "X"]
        self.assertIn("load n -> 100", slices)
        self.assertIn("as_one increment", slices)
        self.assertIn("read from", [event["name"] for event in events if event["ph"] == "s"])
        self.assertTrue(any(event["ph"] == "C" for event in events))

    def test_shows_who_waits(self):
        for symptom in ("deadlock", "stuck-after-crash"):
            with self.subTest(symptom):
                events = self.events(symptom)
                self.expect_to_be_sound(events)
                blocked = [event["name"] for event in events if event.get("cat") == "blocked"]
                self.assertTrue(all(name.startswith("waits at lock") for name in blocked), blocked)
                self.assertTrue(blocked)
                for schedule in (self.folder / ".stagger").glob("*"):
                    schedule.unlink()

    def test_a_file_that_cannot_be_written_is_said_first(self):
        self.stagger("run", "loses.toml", "--seed", "1", code=1)
        schedule = next((self.folder / ".stagger").glob("*.schedule"))
        for option in ("--trace", "--shiviz", "--history"):
            _, err = self.stagger("replay", str(schedule), option, "nowhere/x", code=64)
            self.assertIn("nowhere/x cannot be written", err)
        _, err = self.stagger("replay", str(schedule), "--trace", "-", "--json", "-", code=64)
        self.assertIn("--json and --trace cannot both write to stdout", err)


class Shiviz(Replays):
    def parsed(self, log):
        """As ShiViz does: by the expression in the first line, after an empty one."""
        lines = log.split("\n")
        self.assertEqual(lines[1], "")
        expression = re.sub(r"\(\?<(\w+)>", r"(?P<\1>", lines[0])
        rest = "\n".join(lines[2:])
        events = [(match["host"], json.loads(match["clock"]), match["event"])
                  for match in re.finditer(expression, rest)]
        self.assertEqual(len(events) * 2, rest.count("\n"))
        return events

    def expect_clocks_that_count(self, events):
        """Each host counts its own events, and knows no more of others than these have done."""
        done = collections.Counter()
        for host, clock, _ in events:
            done[host] += 1
            self.assertEqual(clock[host], done[host])
            for other, count in clock.items():
                self.assertLessEqual(count, done[other])

    def happened_before(self, a, b):
        return a[1][a[0]] <= b[1].get(a[0], 0)

    def event(self, events, host, text):
        return next(event for event in events if event[0] == host and event[2] == text)

    def test_a_read_happens_after_the_write_that_it_is_of_and_no_other(self):
        events = self.parsed(self.replayed("assertion", "--shiviz", "-"))
        self.expect_clocks_that_count(events)
        read = self.event(events, "auditor", "load left -> 40")
        write = self.event(events, "mover", "add left + -10 -> 50")
        other = self.event(events, "mover", "add right + 10 -> 50")
        self.assertTrue(self.happened_before(write, read))
        self.assertFalse(self.happened_before(other, read))
        self.assertFalse(self.happened_before(read, other))

    def test_who_goes_on_happens_after_who_let_it(self):
        events = self.parsed(self.replayed("stale-read", "--shiviz", "-"))
        self.expect_clocks_that_count(events)
        self.assertTrue(self.happened_before(self.event(events, "seller", "store price = 12"),
                                             self.event(events, "buyer", "load price -> 10")))

    def test_the_parent_sees_what_all_have_done(self):
        events = self.parsed(self.replayed("lost-update", "--shiviz", "-"))
        self.expect_clocks_that_count(events)
        seen = self.event(events, "parent", "sees n = 101")
        self.assertTrue(all(self.happened_before(event, seen) for event in events))


class Step(Replays):
    def walked(self, commands):
        self.stagger("run", str(FINDINGS / "lost-update.toml"), "--seed", "1", code=1)
        (schedule,) = (self.folder / ".stagger").glob("*.schedule")
        out, _ = self.stagger("replay", str(schedule), "--times", "1", "--step", code=1,
                              stdin=commands)
        return re.findall(r"^event (\d+) of (\d+)  (.*)$", out, re.MULTILINE), out

    def test_walks_forwards_and_backwards_and_to_a_number(self):
        events, out = self.walked("n\n\np\n5\nq\nn\n")
        self.assertEqual([int(number) for number, _, _ in events], [1, 2, 3, 2, 5])
        self.assertEqual(events[2][2], "worker[1]: store n = 101  critical")
        self.assertEqual({size for _, size, _ in events}, {"5"})
        self.assertIn("  worker[0] last: load n -> 100 (initial)\n", out)
        self.assertIn("  n = 101\n", out)

    def test_ends_with_its_input_and_stays_within_its_events(self):
        events, _ = self.walked("p\n99\nnonsense\n5\nn")
        self.assertEqual([int(number) for number, _, _ in events], [1, 1, 5, 5])
        events, _ = self.walked("")
        self.assertEqual(len(events), 1)


main()
