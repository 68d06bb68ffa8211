"""Put the mappings that come with Steward in force."""

from django.db import migrations

from steward.modules.orders.rules.shipped_mappings import SHIPPED


def seed(apps, schema_editor):
    """Create version 1 of each."""
    mapping = apps.get_model("orders", "Mapping")
    for code, (name, rules) in SHIPPED.items():
        mapping.objects.create(code=code, name=name, version=1, rules=rules)


class Migration(migrations.Migration):
    """Seed."""

    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
