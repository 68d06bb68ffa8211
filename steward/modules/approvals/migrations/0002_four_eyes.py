"""Hold decisions to another person than those involved, and keep them as they were made."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

# A CHECK sees its own row only, so a decision repeats who was involved; the foreign key holds the copy to the request,
# and since the request's own copy may not change, neither can be bent to let somebody decide in their own matter.
FOUR_EYES = """
ALTER TABLE approvals_request ADD CONSTRAINT approval_hands_once UNIQUE (id, hands);
ALTER TABLE approvals_decision ADD CONSTRAINT approval_hands_as_asked
    FOREIGN KEY (request_id, hands) REFERENCES approvals_request (id, hands);
ALTER TABLE approvals_decision ADD CONSTRAINT approval_four_eyes
    CHECK (strpos(hands, '|' || decided_by || '|') = 0 AND strpos(hands, '|' || for_person || '|') = 0);
ALTER TABLE approvals_request ADD CONSTRAINT approval_asker_involved CHECK (strpos(hands, '|' || asked_by || '|') > 0);
CREATE FUNCTION approvals_decision_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision stands as it was made' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON approvals_decision
    FOR EACH ROW EXECUTE FUNCTION approvals_decision_fixed();
CREATE FUNCTION approvals_hands_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who was involved does not change' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER hands_fixed BEFORE UPDATE OF hands, asked_by, needed, role ON approvals_request
    FOR EACH ROW EXECUTE FUNCTION approvals_hands_fixed();
"""
UNDO = """
DROP TRIGGER hands_fixed ON approvals_request;
DROP TRIGGER fixed ON approvals_decision;
DROP FUNCTION approvals_hands_fixed();
DROP FUNCTION approvals_decision_fixed();
ALTER TABLE approvals_request DROP CONSTRAINT approval_asker_involved;
ALTER TABLE approvals_decision DROP CONSTRAINT approval_four_eyes;
ALTER TABLE approvals_decision DROP CONSTRAINT approval_hands_as_asked;
ALTER TABLE approvals_request DROP CONSTRAINT approval_hands_once;
"""


class Migration(migrations.Migration):
    """Constraints across rows."""

    dependencies: ClassVar = [("approvals", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FOUR_EYES, UNDO)]
