"""Leave room on the pages of promises: every order updates them, and an update in place touches no index."""

from django.db import migrations


class Migration(migrations.Migration):
    """Set the fill factor."""

    dependencies = [("inventory", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE inventory_promise SET (fillfactor = 50)", "ALTER TABLE inventory_promise RESET (fillfactor)"
        )
    ]
