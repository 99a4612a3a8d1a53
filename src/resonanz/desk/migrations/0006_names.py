"""The full-text index of customers' names and handles, kept by the database itself; an index for the settled.

The table holds tokens only: names and handles stay in `desk_author`, whose rows it points at.
"""

from django.db import migrations, models

CREATE = """
CREATE VIRTUAL TABLE desk_names USING fts5(
  name, handle, content = 'desk_author', content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 tokenchars '_'", columnsize = 0, prefix = '3'
)
"""
NAMED = """
CREATE TRIGGER author_named AFTER INSERT ON desk_author BEGIN
  INSERT INTO desk_names (rowid, name, handle) VALUES (new.id, new.name, new.handle);
END
"""
RENAMED = """
CREATE TRIGGER author_renamed AFTER UPDATE OF name, handle ON desk_author BEGIN
  INSERT INTO desk_names (desk_names, rowid, name, handle) VALUES ('delete', old.id, old.name, old.handle);
  INSERT INTO desk_names (rowid, name, handle) VALUES (new.id, new.name, new.handle);
END
"""
FORGOTTEN = """
CREATE TRIGGER author_forgotten AFTER DELETE ON desk_author BEGIN
  INSERT INTO desk_names (desk_names, rowid, name, handle) VALUES ('delete', old.id, old.name, old.handle);
END
"""


class Migration(migrations.Migration):
    """Find customers by name; the settled ones, latest first."""

    dependencies = [("desk", "0005_w4")]
    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE desk_names"),
        migrations.RunSQL("INSERT INTO desk_names (desk_names) VALUES ('rebuild')", migrations.RunSQL.noop),
        migrations.RunSQL(NAMED, "DROP TRIGGER author_named"),
        migrations.RunSQL(RENAMED, "DROP TRIGGER author_renamed"),
        migrations.RunSQL(FORGOTTEN, "DROP TRIGGER author_forgotten"),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["-last_order"], condition=models.Q(("state", 1)), name="conversation_settled"
            ),
        ),
    ]
