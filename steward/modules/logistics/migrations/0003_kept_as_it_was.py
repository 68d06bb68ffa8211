"""Keep tariffs, decisions, what carriers reported and what claims brought as they were written."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

TARIFFS = """
CREATE FUNCTION logistics_tariff_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a tariff never changes: put a new version in force' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER kept BEFORE UPDATE ON logistics_tariff_row FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE ON logistics_tariff_lane FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE ON logistics_tariff_surcharge FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON logistics_carrier_decision
    FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON logistics_service_choice
    FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
"""
TARIFFS_UNDO = (
    "".join(
        f"DROP TRIGGER kept ON logistics_{table};"
        for table in ("tariff_row", "tariff_lane", "tariff_surcharge", "carrier_decision", "service_choice")
    )
    + "DROP FUNCTION logistics_tariff_kept();"
)
# What was reported and what was paid is only ever added to. Of an event, the parcel it belongs to, and what its code
# means, may become known later; nothing else of it changes.
REPORTS = """
CREATE FUNCTION logistics_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logistics_claim_entry
    FOR EACH ROW EXECUTE FUNCTION logistics_kept();
CREATE TRIGGER append_only BEFORE DELETE ON logistics_tracking_event
    FOR EACH ROW EXECUTE FUNCTION logistics_kept();
CREATE TRIGGER as_reported BEFORE UPDATE OF key, source, format, carrier_code, tracking_number, code, at, received_at
    ON logistics_tracking_event FOR EACH ROW EXECUTE FUNCTION logistics_kept();
"""
REPORTS_UNDO = """
DROP TRIGGER as_reported ON logistics_tracking_event;
DROP TRIGGER append_only ON logistics_tracking_event;
DROP TRIGGER append_only ON logistics_claim_entry;
DROP FUNCTION logistics_kept();
"""


class Migration(migrations.Migration):
    """Triggers."""

    dependencies: ClassVar = [("logistics", "0002_no_overlaps")]
    operations: ClassVar = [
        migrations.RunSQL(TARIFFS, TARIFFS_UNDO),
        migrations.RunSQL(REPORTS, REPORTS_UNDO),
    ]
