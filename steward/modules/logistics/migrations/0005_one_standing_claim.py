"""Let a loss be claimed once, no more be paid than was agreed to, and drills not count as choices."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ("logistics", "0004_first_codes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="claim", name="claim_one_live_per_parcel"),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=Q(("state__in", ("open", "submitted", "agreed", "paid"))),
                fields=("parcel", "kind"),
                name="claim_one_standing_per_parcel",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=Q(("paid_minor__lte", F("agreed_minor"))), name="claim_paid_within_agreed"
            ),
        ),
        migrations.AddField(
            model_name="servicechoice", name="simulated", field=models.BooleanField(default=False)
        ),
    ]
