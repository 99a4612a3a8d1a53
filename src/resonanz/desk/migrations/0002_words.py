"""The full-text table. Its rows hold folded tokens joined by blanks (`resonanz.query.folded`)."""

from django.db import migrations

CREATE = """
CREATE VIRTUAL TABLE desk_words USING fts5(words, tokenize = "ascii tokenchars '#@$_'", columnsize = 0)
"""


class Migration(migrations.Migration):
    """Words of mentions; the row's id is the mention's order."""

    dependencies = [("desk", "0001_first")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE desk_words")]
