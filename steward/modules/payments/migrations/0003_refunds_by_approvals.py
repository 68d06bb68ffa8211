"""Let no refund out without the approval it needs."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

# A CHECK sees its own row only; these look at the approval, whose own constraints hold the four eyes.
GATES = """
CREATE FUNCTION payments_request_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.requested_by <> OLD.requested_by OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.currency <> OLD.currency OR NEW.order_id <> OLD.order_id THEN
        RAISE EXCEPTION 'who asked for a refund, and for what, does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.approval <> 'not_needed' AND NEW.approval = 'not_needed' THEN
        RAISE EXCEPTION 'what waits for an approval does not stop needing it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.approval = 'approved' AND NOT EXISTS (
        SELECT FROM approvals_request
        WHERE id = NEW.approval_request_id AND state = 'granted' AND kind = 'refund'
          AND subject_kind = 'refund_request' AND subject_id = NEW.id
          AND amount_minor = NEW.amount_minor AND currency = NEW.currency
          AND strpos(hands, '|' || NEW.requested_by || '|') > 0
    ) THEN
        RAISE EXCEPTION 'no approval was granted for this refund' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER granted BEFORE UPDATE ON payments_refund_request
    FOR EACH ROW EXECUTE FUNCTION payments_request_granted();
CREATE FUNCTION payments_refund_let_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments_refund_request
        WHERE id = NEW.request_id AND approval IN ('not_needed', 'approved')
    ) THEN
        RAISE EXCEPTION 'the refund % waits for an approval', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER let_out BEFORE INSERT OR UPDATE OF state, request_id ON payments_refund
    FOR EACH ROW WHEN (NEW.state IN ('waiting', 'sending', 'by_hand'))
    EXECUTE FUNCTION payments_refund_let_out();
"""
UNDO = """
DROP TRIGGER let_out ON payments_refund;
DROP TRIGGER granted ON payments_refund_request;
DROP FUNCTION payments_refund_let_out();
DROP FUNCTION payments_request_granted();
"""


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies: ClassVar = [("payments", "0002_append_only"), ("approvals", "0002_four_eyes")]
    operations: ClassVar = [migrations.RunSQL(GATES, UNDO)]
