"""Let approvals decide about refunds: requests point to theirs, and the database lets nothing out without it."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# What was decided or waits until now becomes an approval with its verdict, so that nothing of it is lost.
MOVE = """
INSERT INTO approvals_request (kind, subject_kind, subject_id, subject_number, policy_id, role, needed, amount_minor,
                               currency, facts, reason, asked_by, hands, asked_at, due_at, state, settled_at, simulated)
SELECT 'refund', 'refund_request', request.id,
       coalesce((SELECT min(number) FROM payments_refund WHERE request_id = request.id), request.order_number),
       policy.id, 'finance', 1, request.amount_minor, request.currency,
       jsonb_build_object('order', request.order_number, 'cause', request.cause, 'shop', request.shop),
       request.reason, request.requested_by, '|' || request.requested_by || '|', request.requested_at,
       CASE WHEN request.approval = 'awaiting' THEN now() ELSE request.requested_at END + interval '1 day',
       CASE request.approval WHEN 'awaiting' THEN 'open' WHEN 'approved' THEN 'granted' ELSE 'refused' END,
       request.decided_at, request.simulated
FROM payments_refund_request AS request
JOIN approvals_policy AS policy ON policy.kind = 'refund' AND policy.active
WHERE request.approval <> 'not_needed'
  AND (request.approval <> 'awaiting'
       OR EXISTS (SELECT FROM payments_refund WHERE request_id = request.id AND state = 'awaiting_approval'));
UPDATE payments_refund_request AS request
SET approval_request_id = asked.id, settled_at = request.decided_at
FROM approvals_request AS asked
WHERE asked.kind = 'refund' AND asked.subject_kind = 'refund_request' AND asked.subject_id = request.id;
UPDATE payments_refund_request SET approval = 'not_needed' WHERE approval_request_id IS NULL;
INSERT INTO approvals_decision (request_id, hands, decided_by, for_person, verdict, reason, decided_at)
SELECT asked.id, asked.hands, request.decided_by, request.decided_by,
       CASE request.approval WHEN 'approved' THEN 'grant' ELSE 'refuse' END,
       CASE WHEN request.approval = 'refused' AND request.note = '' THEN '?' ELSE request.note END, request.decided_at
FROM payments_refund_request AS request
JOIN approvals_request AS asked ON asked.id = request.approval_request_id
WHERE request.approval IN ('approved', 'refused');
SET CONSTRAINTS ALL IMMEDIATE;
"""
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
STATES = ("not_needed", "awaiting", "approved", "refused", "lapsed", "withdrawn")
UNSETTLED = ("not_needed", "awaiting")


class Migration(migrations.Migration):
    """From a decision of its own to an approval."""

    dependencies: ClassVar = [
        ("approvals", "0003_limits_per_currency"),
        ("payments", "0003_append_only_and_first_rights"),
    ]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="refundrequest", name="refund_request_four_eyes"),
        migrations.RemoveConstraint(model_name="refundrequest", name="refund_request_approval"),
        migrations.AddField(
            model_name="refundrequest",
            name="approval_request",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="approvals.request"
            ),
        ),
        migrations.AddField(model_name="refundrequest", name="settled_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="refundrequest", name="decided_at"),
        migrations.RemoveField(model_name="refundrequest", name="decided_by"),
        migrations.RemoveField(model_name="refundrequest", name="note"),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(condition=Q(approval__in=STATES), name="refund_request_approval"),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=Q(approval="not_needed", approval_request=None)
                | (~Q(approval="not_needed") & Q(approval_request__isnull=False)),
                name="refund_request_approval_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=Q(approval__in=UNSETTLED, settled_at=None)
                | (~Q(approval__in=UNSETTLED) & Q(settled_at__isnull=False)),
                name="refund_request_settled_with_time",
            ),
        ),
        migrations.RunSQL(GATES, UNDO),
    ]
