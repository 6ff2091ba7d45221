"""What libxml2 makes of documents: canonical.py FOLDER. For each N.xml writes N.exclusive and N.inclusive, or nothing
when libxml2 does not read it."""

import pathlib
import sys

from lxml import etree

parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=False)
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
    try:
        tree = etree.fromstring(path.read_bytes(), parser)
        exclusive = etree.tostring(tree, method="c14n", exclusive=True, with_comments=False)
        inclusive = etree.tostring(tree, method="c14n", exclusive=False, with_comments=False)
        # Of an element within, with what it inherits.
        inner = next((e for e in tree.iter("{*}inner")), None)
        if inner is not None:
            path.with_suffix(".inner").write_bytes(etree.tostring(inner, method="c14n", exclusive=True,
                                                                  with_comments=False, with_tail=False))
    except (etree.XMLSyntaxError, etree.C14NError, ValueError):
        continue
    path.with_suffix(".exclusive").write_bytes(exclusive)
    path.with_suffix(".inclusive").write_bytes(inclusive)
