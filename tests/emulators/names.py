"""Which name of the example an emulator calls otherwise: it makes ids of its own, and the example is seeded, served and compared through one map."""

import gzip
import pathlib
import re


class Names:
    """A map of whole names, one to one."""

    def __init__(self):
        self.made = {}

    def add(self, own, made):
        """The example's `own` name is `made` here."""
        if own == made:
            return
        if self.made.get(own, made) != made or made in self.made.values() and self.made.get(own) != made:
            raise ValueError(f"{own} is {self.made.get(own)} and {made}, or {made} stands for two")
        self.made[own] = made

    def renamed(self, text):
        """A text of the example with the names of here."""
        if not self.made:
            return text
        longest_first = "|".join(re.escape(name) for name in sorted(self.made, key=len, reverse=True))
        # A whole name: also where a policy document is encoded as in URLs, and `%22` stands before it.
        pattern = rf"(?:(?<=%[0-9A-F][0-9A-F])|(?<![a-zA-Z0-9]))(?:{longest_first})(?![a-zA-Z0-9])"
        return re.sub(pattern, lambda found: self.made[found[0]], text)

    def rename_folder(self, source, target):
        """Copies a capture with the names of here, in paths too."""
        for file in sorted(pathlib.Path(source).rglob("*")):
            if not file.is_file():
                continue
            to = pathlib.Path(target) / self.renamed(str(file.relative_to(source)))
            to.parent.mkdir(parents=True, exist_ok=True)
            if file.suffix == ".gz":
                to.write_bytes(gzip.compress(self.renamed(gzip.decompress(file.read_bytes()).decode()).encode(), mtime=0))
            else:
                to.write_text(self.renamed(file.read_text()))
