"""Named sabotage: each change below breaks something that must always hold, and a test has to notice.

`make mutants` copies the tree, applies one change, runs the tests that guard it and expects them to fail. A mutant that
survives means that a promise has no guard. `python tests/mutants.py NAME …` tries only these.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300
TESTS_FAILED = 1
"""Exit status of pytest when a test failed; anything else (2: broken collection, 5: none found) proves nothing."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One sabotage: in `file`, `old` (which must stand there exactly once) becomes `new`; `tests` must then fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


DOOR = "tht_app/use_cases/door.py"
DOOR_TESTS = ("tests/use_cases/test_door.py",)
ROW_TESTS = ("tests/database/test_row_security.py",)
SIGNATURE_TESTS = ("tests/use_cases/test_record_signature.py",)
CRYPTO_TESTS = ("tests/database/test_crypto.py",)
GATE = "tht_app/state/gate.py"
GATE_TESTS = ("tests/web/test_gate.py",)
RULE_TESTS = ("tests/use_cases/test_scheduling_rules.py",)
EDGE_TESTS = ("tests/web/test_edge.py",)
OUTBOX_TESTS = ("tests/worker/test_outbox.py",)
LINK_TESTS = ("tests/web/test_link.py",)
LIVE_TESTS = ("tests/live/test_feed.py",)
ROTATION_TESTS = ("tests/database/test_key_rotation.py",)
SUCCESSION_TESTS = ("tests/audit/test_succession.py",)
LIMIT_TESTS = ("tests/web/test_limits.py",)
SAFETY_TESTS = ("tests/cli/test_safety.py",)
AUDIT_TESTS = ("tests/audit/test_tampering.py",)
VIEWER_TESTS = ("tests/audit/test_viewer.py",)

CARE_TESTS = ("tests/database/test_care.py",)
CARE_DOOR_TESTS = ("tests/use_cases/test_care.py",)
EMERGENCY_TESTS = ("tests/use_cases/test_emergency.py",)
CARE_MIGRATION = "alembic/versions/0020_care.py"

DISPLAY_TESTS = ("tests/database/test_queue_display.py",)
DISPLAY_WEB_TESTS = ("tests/web/test_queue_display.py",)

TEMPLATE_TESTS = ("tests/domain/test_template.py", "tests/use_cases/test_template.py")

PROOF_TESTS = ("tests/use_cases/test_proof.py",)
PRIVACY_TESTS = ("tests/use_cases/test_privacy.py",)
SECOND_FACTOR_TESTS = ("tests/web/test_second_factor.py",)
PASSKEY_TESTS = ("tests/web/test_passkeys.py",)
PASSKEYS = "alembic/versions/0029_passkeys.py"
LINK_PASSWORD_TESTS = ("tests/web/test_password_links.py",)
SECOND_FACTOR = "alembic/versions/0019_second_factor.py"
FILE_TESTS = ("tests/integrations/test_files.py",)
FILE_DOOR_TESTS = ("tests/use_cases/test_attachment.py",)
FILE_WEB_TESTS = ("tests/web/test_attachment.py",)

PROCEDURE_TESTS = ("tests/use_cases/test_procedures.py",)
LAST_VISIT_TESTS = ("tests/use_cases/test_last_visit.py",)
PROCEDURES = "alembic/versions/0031_procedures.py"

NOTE_ROOM = "tht_app/live/note_room.py"
NOTE_ROOM_TESTS = ("tests/live/test_note_room.py",)
NOTE_COMPACTION_TESTS = ("tests/use_cases/test_note_compaction.py",)
NOTE_TESTS = ("tests/web/test_note_live.py",)

MUTANTS = [
    Mutant(
        "proof-not-asked-at-the-door",
        DOOR,
        "        if case.fresh is not None:\n            await ensure_proved",
        "        if False:\n            await ensure_proved",
        PROOF_TESTS,
    ),
    Mutant(
        "proof-opens-every-kind-of-deed",
        SECOND_FACTOR,
        "where p.session_id = s.id and p.kind = deed and",
        "where p.session_id = s.id and",
        PROOF_TESTS,
    ),
    Mutant(
        "proof-never-gets-old",
        SECOND_FACTOR,
        " and p.at > now() - make_interval(secs => seconds)))",
        "))",
        PROOF_TESTS,
    ),
    Mutant(
        "export-without-proof",
        "tht_app/use_cases/registration/transfer.py",
        "    await ensure_proved(work, Sensitive.EXPORT, seconds=seconds)\n",
        "",
        PROOF_TESTS,
    ),
    Mutant(
        "controlled-drug-without-proof",
        "tht_app/use_cases/pharmacy/dispensing.py",
        "    if any(classes[line.line_id] in CONTROLLED for line in now):\n",
        "    if False:\n",
        ("tests/use_cases/test_pharmacy.py",),
    ),
    Mutant(
        "code-accepted-twice",
        SECOND_FACTOR,
        "where person_id = person and confirmed_at is not null and last_step < step",
        "where person_id = person and confirmed_at is not null",
        PROOF_TESTS,
    ),
    Mutant(
        "recovery-code-accepted-twice",
        SECOND_FACTOR,
        "where person_id = person and code_hash = hash and used_at is null",
        "where person_id = person and code_hash = hash",
        PROOF_TESTS,
    ),
    Mutant(
        "code-of-a-minute-ago",
        "tht_app/use_cases/one_time.py",
        "STEPS_AROUND = (0, -1, 1)",
        "STEPS_AROUND = (0, -1, 1, -2, 2)",
        ("tests/use_cases/test_one_time.py",),
    ),
    Mutant(
        "second-factor-skipped-at-sign-in",
        "tht_app/web/identity/signin.py",
        "    if factors is None or not (asks_for_code(factors) or has_to_enrol(factors)):\n",
        "    if True:\n",
        SECOND_FACTOR_TESTS,
    ),
    Mutant(
        "second-factor-skipped-at-unlocking",
        "tht_app/web/identity/lock.py",
        "    if factors is None or asks_for_code(factors) or has_to_enrol(factors):\n",
        "    if factors is None:\n",
        SECOND_FACTOR_TESTS,
    ),
    Mutant(
        "half-a-sign-in-used-twice",
        SECOND_FACTOR,
        "    delete from sec.first_step where token_hash = sha256(convert_to(token, 'UTF8')) and expires_at > now()\n"
        "    returning person_id",
        "    select person_id from sec.first_step where token_hash = sha256(convert_to(token, 'UTF8'))",
        SECOND_FACTOR_TESTS,
    ),
    Mutant(
        "passkey-without-its-owner",
        "tht_app/use_cases/passkeys.py",
        "            credential_current_sign_count=0,\n            require_user_verification=True,",
        "            credential_current_sign_count=0,\n            require_user_verification=False,",
        PASSKEY_TESTS,
    ),
    Mutant(
        "passkey-made-without-its-owner",
        "tht_app/use_cases/passkeys.py",
        "            expected_origin=party.origin,\n            require_user_verification=True,",
        "            expected_origin=party.origin,\n            require_user_verification=False,",
        PASSKEY_TESTS,
    ),
    Mutant(
        "passkey-question-answered-twice",
        "tht_app/web/identity/passkeys.py",
        "    if not await gate.take_question(assertion.challenge, what, person_id):\n",
        "    if not await gate.take_question(assertion.challenge, what, person_id) and False:\n",
        PASSKEY_TESTS,
    ),
    Mutant(
        "passkey-question-of-another-person",
        PASSKEYS,
        "and purpose = what and person_id is not distinct from person and expires_at > now()",
        "and purpose = what and expires_at > now()",
        PASSKEY_TESTS,
    ),
    Mutant(
        "copied-passkey-not-noticed",
        PASSKEYS,
        "and (counter > sign_count or (counter = 0 and sign_count = 0))",
        "",
        PASSKEY_TESTS,
    ),
    Mutant(
        "barred-passkey-falls-back-to-the-password",
        PASSKEYS,
        "select count(*)::integer from sec.passkey where person_id = person",
        "select count(*)::integer from sec.passkey where person_id = person and suspect_at is null",
        PASSKEY_TESTS,
    ),
    Mutant(
        "passkey-signs-another-record",
        "tht_app/use_cases/encounter/passkey_signature.py",
        "verified_count(answer, digest, party, ",
        "verified_count(answer, assertion.challenge, party, ",
        ("tests/use_cases/test_passkey_signature.py",),
    ),
    Mutant(
        "signature-evidence-not-verified",
        "tht_app/use_cases/encounter/signatures.py",
        "    if by_passkey and not evidence_holds(kept, statement.signer_id, statement.hash):\n",
        "    if False:\n",
        ("tests/use_cases/test_passkey_signature.py",),
    ),
    Mutant(
        "password-link-used-twice",
        "alembic/versions/0030_account_links.py",
        "    where l.code_hash = sha256(convert_to(code, 'UTF8')) and l.used_at is null and l.expires_at > now()\n"
        "      and p.id = l.person_id",
        "    where l.code_hash = sha256(convert_to(code, 'UTF8')) and l.expires_at > now()\n"
        "      and p.id = l.person_id",
        LINK_PASSWORD_TESTS,
    ),
    Mutant(
        "password-link-leaves-sessions-open",
        "alembic/versions/0030_account_links.py",
        "    update sec.session set revoked_at = now() where person_id = whose and revoked_at is null;\n",
        "",
        LINK_PASSWORD_TESTS,
    ),
    Mutant(
        "common-password-accepted",
        "tht_app/domain/passwords.py",
        "    if is_common is not None and any(",
        "    if False and any(",
        ("tests/use_cases/test_passwords.py",),
    ),
    Mutant(
        "device-known-for-everybody",
        SECOND_FACTOR,
        "where d.token_hash = sha256(convert_to(token, 'UTF8')) and p.username = lower(wanted)",
        "where d.token_hash = sha256(convert_to(token, 'UTF8'))",
        SECOND_FACTOR_TESTS,
    ),
    Mutant(
        "frame-without-its-place",
        "tht_app/integrations/files/frames.py",
        """return f"file|{name}|{index}|{'last' if last else 'more'}".encode()""",
        """return f"file|{name}".encode()""",
        FILE_TESTS,
    ),
    Mutant(
        "store-in-place",
        "tht_app/integrations/files/store.py",
        """                    beside.unlink(missing_ok=True)""",
        """                    pass""",
        FILE_TESTS,
    ),
    Mutant(
        "only-what-a-page-leads-to",
        "tht_app/integrations/files/inspector_child.py",
        """    for number, generation in sorted(numbers):""",
        """    for number, generation in sorted(numbers)[:1]:""",
        FILE_TESTS,
    ),
    Mutant(
        "photo-as-it-came",
        "tht_app/integrations/files/inspector.py",
        """    elif kind is FileType.PDF:
        content = data""",
        """    else:
        content = data""",
        FILE_TESTS,
    ),
    Mutant(
        "anybody-takes-back",
        "tht_app/use_cases/attachment/closing.py",
        """    ensure_may_remove(visit, file.author_id, work.person.id)""",
        """    _ = (visit, ensure_may_remove)""",
        FILE_DOOR_TESTS,
    ),
    Mutant(
        "files-outside-the-signature",
        "tht_app/use_cases/encounter/content.py",
        "        files=content.files,\n",
        "",
        FILE_DOOR_TESTS,
    ),
    Mutant(
        "everybodys-upload",
        "tht_app/use_cases/attachment/uploading.py",
        """    if file.author_id != work.person.id or file.status""",
        """    if file.status""",
        FILE_DOOR_TESTS,
    ),
    Mutant(
        "sick-note-dated-back",
        "tht_app/domain/letter.py",
        """    elif not examined_on <= start <=""",
        """    elif not start <=""",
        ("tests/domain/test_letter.py",),
    ),
    Mutant(
        "values-filled-twice",
        "tht_app/domain/letter.py",
        """return PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text).strip()""",
        """return PLACEHOLDER.sub(
                lambda m: values.get(m[1], ""), PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text)
            ).strip()""",
        ("tests/domain/test_letter.py",),
    ),
    Mutant(
        "withdrawn-letter-printed",
        "tht_app/use_cases/letter/reading.py",
        """    if letter.withdrawn:
        raise LetterWithdrawn
""",
        "",
        ("tests/use_cases/test_letter.py",),
    ),
    Mutant(
        "file-without-sandbox",
        "tht_app/web/files.py",
        """default-src 'none'; sandbox; frame-ancestors 'none'""",
        """default-src 'none'; frame-ancestors 'none'""",
        FILE_WEB_TESTS,
    ),
    Mutant(
        "note-acknowledged-before-commit",
        NOTE_ROOM,
        "        try:\n            await self._store.put(",
        '        seat.post(wire.ack(tried.number, ""))\n        try:\n            await self._store.put(',
        NOTE_ROOM_TESTS,
    ),
    Mutant(
        "note-shown-before-commit",
        NOTE_ROOM,
        "        try:\n            await self._store.put(",
        "        for update in tried.updates:\n            self._tell(wire.step(update), but=seat)\n"
        "        try:\n            await self._store.put(",
        NOTE_ROOM_TESTS,
    ),
    Mutant(
        "note-nurse-writes-plan",
        NOTE_ROOM,
        "        if not sections <= writable:\n",
        "        if False:\n",
        NOTE_ROOM_TESTS,
    ),
    Mutant(
        "template-overwrites-findings",
        "tht_app/domain/template.py",
        "        if finding.place not in taken:\n",
        "        if True:\n",
        TEMPLATE_TESTS,
    ),
    Mutant(
        "template-nurse-gets-plan",
        "tht_app/use_cases/template/filling.py",
        "    texts = text_for(template.content, _writable(work, visit))\n",
        "    texts = text_for(template.content, Section)\n",
        TEMPLATE_TESTS,
    ),
    Mutant(
        "template-places-what-is-gone",
        "tht_app/use_cases/template/placing.py",
        "        if one.blocked:\n",
        "        if False:\n",
        TEMPLATE_TESTS,
    ),
    Mutant(
        "template-of-others-is-seen",
        "alembic/versions/0034_template.py",
        "using (owner_id is null or {MINE})",
        "using (true)",
        TEMPLATE_TESTS,
    ),
    Mutant(
        "note-takes-steps-that-wait",
        "tht_app/use_cases/encounter/note_document.py",
        "        if self._odd or not _is_whole(rest, self._document.get_state()) or",
        "        if self._odd or",
        NOTE_TESTS,
    ),
    Mutant(
        "note-signed-without-last-words",
        "tht_app/use_cases/encounter/signing.py",
        "    await settle(work, visit)\n",
        "",
        NOTE_TESTS,
    ),
    Mutant(
        "note-quick-step-beyond-decision",
        "tht_app/live/note_store.py",
        """(self._nursing if request.sections <= NURSING_SECTIONS else "") or self._all""",
        """self._nursing or self._all""",
        NOTE_ROOM_TESTS,
    ),
    Mutant(
        "note-compacted-unread",
        "tht_app/use_cases/encounter/compaction.py",
        "    if not same(whole, document_of(snapshot.updates)):\n",
        "    if False:\n",
        NOTE_COMPACTION_TESTS,
    ),
    Mutant(
        "note-compacted-while-open",
        "tht_app/use_cases/encounter/compaction.py",
        " or not visit.is_frozen",
        "",
        NOTE_COMPACTION_TESTS,
    ),
    Mutant(
        "note-drafts-open-to-colleagues",
        "tht_app/database/queries/encounter/shared.py",
        '    whose = f"{work.person.id}|{encounter_id}"',
        '    whose = f"{encounter_id}"',
        NOTE_TESTS,
    ),
    Mutant(
        "drop-after-lost-connection",
        "tht_app/state/scheduling/placing.py",
        "if asked is None or abs(datetime.now(UTC) - asked) > STALE:",
        "if False:",
        ("tests/web/test_calendar_and_queue.py",),
    ),
    Mutant(
        "grid-tells-notes",
        "tht_app/state/scheduling/grid.py",
        "        visit=entry.visit_type_names[lang],",
        "        visit=entry.visit_type_names[lang] + entry.note,",
        ("tests/ui/test_scheduling_grid.py",),
    ),
    Mutant(
        "owner-knows-who-asks-about-their-data",
        "alembic/versions/0033_privacy.py",
        "    whole boolean := sec.has('privacy.manage');\n",
        "    whole boolean := sec.has_any(array['privacy.manage', 'privacy.oversee']);\n",
        PRIVACY_TESTS,
    ),
    Mutant(
        "clock-of-a-request-can-be-moved",
        "alembic/versions/0033_privacy.py",
        "if old.closed_at is not null or to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change then",
        "if old.closed_at is not null then",
        PRIVACY_TESTS,
    ),
    Mutant(
        "backup-without-proof",
        "tht_app/use_cases/backup.py",
        ", fresh=Sensitive.BACKUP)",
        ")",
        PROOF_TESTS,
    ),
    Mutant(
        "clinic-signature-is-not-asked",
        "tht_app/use_cases/encounter/signatures.py",
        "    if not _by_the_clinic(work, row):\n",
        "    if False:\n",
        SIGNATURE_TESTS,
    ),
    Mutant(
        "clinic-signature-speaks-of-another",
        "tht_app/use_cases/encounter/signatures.py",
        '    if not says(row["statement"], statement):\n',
        "    if False:\n",
        SIGNATURE_TESTS,
    ),
    Mutant(
        "clinic-signature-is-not-required",
        "alembic/versions/0022_signature.py",
        "                         and s.signed_by = new.signed_by and s.signed_at = new.signed_at) then\n",
        "                         and s.signed_by = new.signed_by and s.signed_at = new.signed_at) and false then\n",
        SIGNATURE_TESTS,
    ),
    Mutant(
        "permission-check-removed-at-the-door",
        DOOR,
        "    if not case.permissions & person.permissions:\n",
        "    if False:\n",
        DOOR_TESTS,
    ),
    Mutant(
        "audit-entry-skipped",
        DOOR,
        "            await write_audit(connection, entry, database.vault)\n    return Reading(result, found)",
        "            pass\n    return Reading(result, found)",
        DOOR_TESTS,
    ),
    Mutant(
        "refusal-not-audited",
        DOOR,
        "            await _audit_refusal(database, actor, case, refusal)\n            raise\n",
        "            raise\n",
        DOOR_TESTS,
    ),
    Mutant("reading-may-write", DOOR, "        if case.reads:\n", "        if False:\n", DOOR_TESTS),
    Mutant("idempotency-key-ignored", DOOR, "        if not fresh:\n", "        if False:\n", DOOR_TESTS),
    Mutant(
        "definer-functions-open-to-everybody",
        "alembic/ddl.py",
        '    op.execute(f"revoke all on function {signature} from public")\n',
        "",
        DOOR_TESTS,
    ),
    Mutant(
        "row-security-not-forced",
        "alembic/ddl.py",
        '    op.execute(f"alter table {name} force row level security")\n',
        "",
        ROW_TESTS,
    ),
    Mutant(
        "row-security-asks-nobody",
        "alembic/ddl.py",
        '    return f"(select sec.has_any(array[{array}]))"',
        '    return f"(array[{array}] is not null)"',
        ROW_TESTS,
    ),
    Mutant(
        "leaky-join-reads-every-patient",
        "alembic/versions/0032_quick_rights.py",
        "s.id = case when r.merged_into is null then r.id else r.merged_into end",
        "s.id = coalesce(r.merged_into, r.id)",
        CARE_TESTS,
    ),
    Mutant(
        "records-open-to-a-role-alone",
        "alembic/ddl.py",
        'for select to tht_app using ({seen})")',
        'for select to tht_app using (true)")',
        CARE_TESTS,
    ),
    Mutant(
        "records-written-by-who-only-looks",
        "alembic/ddl.py",
        "c.kind not in ('pharmacy', 'known', 'break_glass')\"",
        "c.kind not in ('pharmacy', 'known')\"",
        EMERGENCY_TESTS,
    ),
    Mutant(
        "everybody-sees-who-treats-whom",
        CARE_MIGRATION,
        "using (staff_id = any ((select sec.carers())::uuid[]))",
        "using (true)",
        CARE_TESTS,
    ),
    Mutant(
        "strangers-booked-to-be-read",
        CARE_MIGRATION,
        "with check ({FOR_OTHERS} or (practitioner_id = (select sec.me()) and {KNOWN}))",
        "with check ({FOR_OTHERS} or practitioner_id = (select sec.me()))",
        CARE_TESTS,
    ),
    Mutant(
        "door-does-not-ask-who-treats",
        DOOR,
        "    if not await care.treats(work, patient_ids, safety=safety_only(case.permissions, held)):\n",
        "    if False:\n",
        CARE_DOOR_TESTS,
    ),
    Mutant(
        "emergency-without-a-fresh-proof",
        "alembic/versions/0021_emergency.py",
        "    if not sec.fresh('break_glass', 300) then\n",
        "    if false then\n",
        EMERGENCY_TESTS,
    ),
    Mutant(
        "emergencies-side-by-side",
        CARE_MIGRATION,
        "        (person_id with =, tstzrange(opened_at, coalesce(ended_at, until)) with &&)\n",
        "        (id with =, tstzrange(opened_at, coalesce(ended_at, until)) with &&)\n",
        EMERGENCY_TESTS,
    ),
    Mutant(
        "merge-forgets-who-treats",
        CARE_MIGRATION,
        '        "create trigger follow_merge after update of merged_into',
        '        "create trigger follow_merge after update of name',
        CARE_DOOR_TESTS,
    ),
    Mutant(
        "owner-reads-the-patient-of-an-emergency",
        "alembic/versions/0021_emergency.py",
        "        select g.*, audits or (treats and",
        "        select g.*, audits or owns or (treats and",
        EMERGENCY_TESTS,
    ),
    Mutant(
        "screens-shared-by-two-doctors",
        "tht_app/live/view.py",
        "    return person_id if Permission.RECORD_WRITE in permissions else permissions\n",
        "    return permissions\n",
        ("tests/live/test_care.py",),
    ),
    Mutant(
        "dead-sessions-live-on",
        "alembic/versions/0001_foundation.py",
        "      and s.revoked_at is null and s.expires_at > now() and p.active\n",
        "      and s.expires_at > now() and p.active\n",
        DOOR_TESTS,
    ),
    Mutant(
        "identity-stays-on-the-connection",
        "tht_app/database/unit_of_work.py",
        "set_config('app.session', :token, true)",
        "set_config('app.session', :token, false)",
        ("tests/database/test_pooled_identity.py",),
    ),
    Mutant(
        "sealed-values-can-be-moved",
        "tht_app/database/crypto.py",
        '    return f"{column}|{row_id}|{version}".encode()',
        '    return b""',
        CRYPTO_TESTS,
    ),
    Mutant(
        "nonce-used-twice",
        "tht_app/database/crypto.py",
        "        version = ring.newest[purpose]\n        nonce = secrets.token_bytes(NONCE_BYTES)\n",
        "        version = ring.newest[purpose]\n        nonce = bytes(NONCE_BYTES)\n",
        CRYPTO_TESTS,
    ),
    Mutant(
        "gate-lets-everybody-through",
        GATE,
        "            if not who.may(rule.needs):\n",
        "            if False:\n",
        GATE_TESTS,
    ),
    Mutant(
        "state-not-bound-to-the-session",
        GATE,
        "            root.reset()\n            await self._refuse",
        "            await self._refuse",
        GATE_TESTS,
    ),
    Mutant(
        "handlers-without-permission-accepted-at-start",
        GATE,
        "    if wrong:\n",
        "    if False:\n",
        GATE_TESTS,
    ),
    Mutant(
        "payload-types-not-enforced",
        GATE,
        "            _replace(event.payload, read(event.payload, rule.payload))\n",
        "            pass\n",
        GATE_TESTS,
    ),
    Mutant(
        "any-origin-opens-the-socket",
        "tht_app/web/edge.py",
        ' or headers.get("origin") not in self._origins:\n            return FORBIDDEN',
        ":\n            return FORBIDDEN",
        EDGE_TESTS,
    ),
    Mutant(
        "ended-session-believed-for-ten-minutes",
        "tht_app/web/identity/sessions.py",
        "FRESH_SECONDS = 2.0\n",
        "FRESH_SECONDS = 600.0\n",
        EDGE_TESTS,
    ),
    Mutant(
        "guessing-not-slowed",
        "tht_app/web/identity/credentials.py",
        "    if blocked:\n",
        "    if False:\n",
        ("tests/web/test_signin.py",),
    ),
    Mutant(
        "booking-checks-then-inserts",
        "alembic/versions/0003_scheduling.py",
        "    constraint reservation_no_overlap exclude using gist (resource_id with =, during with &&)\n"
        "        where (state in ('hold', 'booked', 'in_service') and not overbooked)\n",
        "    constraint reservation_no_overlap check (true)\n",
        ("tests/database/test_scheduling.py", "tests/use_cases/test_scheduling.py"),
    ),
    Mutant(
        "live-holds-taken-for-expired",
        "tht_app/database/queries/scheduling/placing.py",
        "and r.state = 'hold' and r.hold_until <= :now\",\n",
        "and r.state = 'hold' and :now is not null\",\n",
        RULE_TESTS,
    ),
    Mutant(
        "expired-holds-stay-in-the-way",
        "tht_app/use_cases/scheduling/placing.py",
        "    elif expired & {claim.resource_id for claim in wanted}:\n",
        "    elif False:\n",
        RULE_TESTS,
    ),
    Mutant(
        "holds-of-others-can-be-used",
        "tht_app/database/queries/scheduling/holds.py",
        "and created_by = :me and",
        "and (created_by = :me or true) and",
        RULE_TESTS,
    ),
    Mutant(
        "scopes-not-cleaned",
        "tht_app/use_cases/scheduling/placing.py",
        "        if choice.cleaning is not None:\n",
        "        if False:\n",
        RULE_TESTS,
    ),
    Mutant(
        "blocked-rooms-can-be-booked",
        "tht_app/use_cases/scheduling/closing.py",
        "    await take(work, Owner.BLOCK, claims)\n",
        "",
        RULE_TESTS,
    ),
    Mutant(
        "closed-times-need-no-reason",
        "tht_app/domain/scheduling/closing.py",
        "    if reasons and not overridden:\n",
        "    if False:\n",
        (*RULE_TESTS, "tests/domain/test_scheduling_model.py"),
    ),
    Mutant(
        "series-booked-in-part",
        "tht_app/use_cases/scheduling/series.py",
        "    if refused:\n",
        "    if False:\n",
        RULE_TESTS,
    ),
    Mutant(
        "a-week-may-run-into-itself",
        "tht_app/use_cases/scheduling/hours.py",
        "blocks=(running_into(week) is None,",
        "blocks=(True,",
        ("tests/use_cases/test_scheduling_setup.py",),
    ),
    Mutant(
        "a-doctor-sees-every-absence",
        "tht_app/use_cases/scheduling/setup.py",
        "        own = PractitionerId(work.person.id)\n    leave",
        "        own = request.practitioner_id\n    leave",
        ("tests/use_cases/test_scheduling_setup.py",),
    ),
    Mutant(
        "an-unseen-correction-is-written-over",
        "tht_app/state/scheduling/setup/listing.py",
        "            raise Conflict\n",
        "            return\n",
        ("tests/web/test_calendar_setup.py",),
    ),
    Mutant(
        "two-rooms-call-the-same-patient",
        "tht_app/database/queries/queue.py",
        " limit 1 for update of t skip locked",
        " limit 1",
        ("tests/database/test_queue.py", "tests/use_cases/test_queue.py"),
    ),
    Mutant(
        "queue-number-open-at-two-points",
        "alembic/versions/0009_queue_chain.py",
        "create unique index queue_ticket_number_open_once",
        "create index queue_ticket_number_open_once",
        ("tests/database/test_queue.py",),
    ),
    Mutant(
        "queue-task-times-need-not-rise",
        "alembic/versions/0009_queue_chain.py",
        "and (s.task >= new.task or s.at >= new.at)",
        "and false",
        ("tests/database/test_queue.py",),
    ),
    Mutant(
        "queue-called-back-after-the-call",
        "tht_app/use_cases/queue/moving.py",
        'if following is None or following["status"] != TicketStatus.WAITING:',
        "if following is None:",
        ("tests/use_cases/test_queue_chain.py",),
    ),
    Mutant(
        "queue-counters-call-anywhere",
        "tht_app/domain/queue/ticket.py",
        "    if Permission.QUEUE_CALL in permissions or own.get(point.kind) in permissions:",
        "    if permissions & {Permission.QUEUE_CALL, *own.values()}:",
        ("tests/domain/test_queue.py", "tests/use_cases/test_queue_chain.py"),
    ),
    Mutant(
        "queue-undone-step-stays-a-task-time",
        "tht_app/use_cases/queue/moving.py",
        '    await take_back_step(work, last["id"])\n',
        "",
        ("tests/use_cases/test_queue_chain.py",),
    ),
    Mutant(
        "queue-estimate-promises-the-middle",
        "tht_app/domain/queue/estimate.py",
        "max(spread.p50, spread.p80)",
        "spread.p50",
        ("tests/domain/test_queue_estimate.py",),
    ),
    Mutant(
        "stock-as-an-absolute-quantity",
        "tht_app/database/queries/pharmacy/stock.py",
        "set quantity = l.quantity + c.delta from (",
        "set quantity = c.delta from (",
        ("tests/use_cases/test_pharmacy.py", "tests/database/test_pharmacy.py"),
    ),
    Mutant(
        "lots-not-locked",
        "tht_app/database/queries/pharmacy/stock.py",
        '"order by product_id, expires_on, id for update",',
        '"order by product_id, expires_on, id",',
        ("tests/database/test_pharmacy.py",),
    ),
    Mutant(
        "late-commits-are-not-sealed",
        "tht_app/database/seal.py",
        "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        AUDIT_TESTS,
    ),
    Mutant(
        "anybody-learns-the-names-of-patients",
        "alembic/versions/0018_audit_view.py",
        "        raise exception 'audit.read is needed' using errcode = '42501';\n"
        "    end if;\n    return query select p.id",
        "    end if;\n    return query select p.id",
        VIEWER_TESTS,
    ),
    Mutant(
        "auditors-are-not-audited",
        "tht_app/use_cases/audit/reading.py",
        "    work.saw(*found)\n",
        "",
        VIEWER_TESTS,
    ),
    Mutant(
        "a-page-forgets-where-it-stopped-looking",
        "tht_app/database/queries/audit.py",
        'return rows, Place(end["at"], end["id"]) if end else None',
        "return rows, None",
        VIEWER_TESTS,
    ),
    Mutant(
        "notes-are-read-in-the-log",
        "tht_app/domain/audit/log.py",
        "if kind not in TEXTS or isinstance(value, int)",
        "if kind not in TEXTS or value is not None",
        ("tests/ui/test_audit.py",),
    ),
    Mutant(
        "a-session-that-ends-looks-like-tampering",
        "tht_app/database/verify.py",
        "    if not await may_read(database, token):\n        raise SessionEnded\n",
        "",
        ("tests/audit/test_verifying.py",),
    ),
    Mutant(
        "anchors-are-not-compared",
        "tht_app/domain/audit/chain.py",
        "        elif digest != anchor.digest:\n",
        "        elif False:\n",
        ("tests/domain/test_audit_chain.py",),
    ),
    Mutant(
        "backup-chunks-may-move",
        "tht_app/database/backup/container.py",
        '    return number.to_bytes(11, "big") + (b"\\x01" if last else b"\\x00")\n',
        '    return bytes(11) + (b"\\x01" if last else b"\\x00")\n',
        ("tests/backup/test_container.py",),
    ),
    Mutant(
        "a-backup-may-end-early",
        "tht_app/database/backup/container.py",
        "        if self._ended or len(head) < LENGTH.size:\n",
        "        if not head:\n"
        "            return RECORD.pack(b'Z', 14) + b'{\"members\": 2}'\n"
        "        if self._ended:\n",
        ("tests/backup/test_container.py",),
    ),
    Mutant(
        "hidden-tables-are-dumped-empty",
        "tht_app/database/backup/snapshot.py",
        "    if hidden:\n",
        "    if False:\n",
        ("tests/backup/test_making.py",),
    ),
    Mutant(
        "backups-are-written-in-place",
        "tht_app/database/backup/shelf.py",
        'partial, target = self.folder / f".{name}.partial", self.folder / name',
        "partial, target = self.folder / name, self.folder / name",
        ("tests/backup/test_making.py",),
    ),
    Mutant(
        "restored-sessions-live",
        "tht_app/database/backup/restore.py",
        "update sec.session set revoked_at = now() where revoked_at is null",
        "update sec.session set revoked_at = now() where false",
        ("tests/backup/test_making.py",),
    ),
    Mutant(
        "log-segments-are-overwritten",
        "tht_app/database/backup/wal_push.py",
        "    if target.exists():\n",
        "    if False:\n",
        ("tests/backup/test_wal.py",),
    ),
    Mutant(
        "a-proof-is-written-into-the-former-epoch",
        "tht_app/cli/restore.py",
        "            epoch = begin_again(",
        "            asyncio.run(prove(place.settings, scratch, plan.path, plan.master))\n"
        "            epoch = begin_again(",
        ("tests/cli/test_backup.py",),
    ),
    Mutant(
        "seals-mix-epochs",
        "tht_app/database/seal.py",
        '"where epoch = :epoch and txid',
        '"where (epoch = :epoch or true) and txid',
        AUDIT_TESTS,
    ),
    Mutant(
        "a-restore-excuses-every-later-loss",
        "tht_app/domain/audit/chain.py",
        "        if anchor.begins and anchor.begins <= max(",
        "        if False and anchor.begins <= max(",
        ("tests/domain/test_audit_chain.py",),
    ),
    Mutant(
        "strays-of-former-epochs-are-not-looked-for",
        "tht_app/database/verify.py",
        "    await _check_strays(database, token, list(walk.ends.values()), report)\n",
        "",
        AUDIT_TESTS,
    ),
    Mutant(
        "seal-signatures-are-not-checked",
        "tht_app/database/verify.py",
        "        elif not signed_by(self._signers.of_seal(one.seal.number), one.signature, one.digest):\n",
        "        elif False:\n",
        AUDIT_TESTS,
    ),
    Mutant(
        "live-screens-not-audited",
        "alembic/versions/0008_live.py",
        "from live l join news n on n.place = l.place)",
        "from live l join news n on n.place = l.place where false)",
        LIVE_TESTS,
    ),
    Mutant(
        "live-shows-to-ended-sessions",
        "alembic/versions/0008_live.py",
        "    select token from live\n",
        "    select t from unnest(tokens) as t\n",
        ("tests/live/test_reread.py",),
    ),
    Mutant(
        "a-change-as-a-reading-ends-is-lost",
        "tht_app/live/feed.py",
        "            del self._keeping[view]\n",
        "            asyncio.get_running_loop().call_later(0.01, self._keeping.pop, view, None)\n",
        ("tests/live/test_keeping.py",),
    ),
    Mutant(
        "what-could-not-be-read-stays-unread",
        "tht_app/live/feed.py",
        "                    self._again.add(view)\n                    rest",
        "                    rest",
        ("tests/live/test_keeping.py",),
    ),
    Mutant(
        "missed-changes-stay-missed",
        "tht_app/live/feed.py",
        "            self.touched(EVERYTHING)\n",
        "",
        LIVE_TESTS,
    ),
    Mutant(
        "chart-shows-one-record-of-the-person",
        "tht_app/database/queries/encounter/visits.py",
        "where e.patient_id = any(sec.records_of(:patient)) and",
        "where e.patient_id in (cast(:patient as uuid)) and",
        ("tests/use_cases/test_registration_merging.py",),
    ),
    Mutant(
        "new-rows-in-a-merged-record",
        "alembic/versions/0010_merge.py",
        "    if standing is not null then\n",
        "    if false then\n",
        ("tests/database/test_registration_merge.py",),
    ),
    Mutant(
        "signed-records-can-change",
        "alembic/versions/0005_encounter.py",
        '        f"create trigger refuse_signed before insert or update or delete on clinic.{table} "',
        '        f"create trigger refuse_signed before delete on clinic.{table} "',
        ("tests/database/test_encounter.py", "tests/use_cases/test_encounter_signing.py"),
    ),
    Mutant(
        "display-board-asks-nobody",
        "alembic/versions/0013_waiting_room.py",
        "        where sec.has('queue.display') and t.day = wanted_day",
        "        where t.day = wanted_day",
        DISPLAY_TESTS,
    ),
    Mutant(
        "given-up-display-stays-open",
        "alembic/versions/0013_waiting_room.py",
        "where display_id = device and revoked_at is null",
        "where display_id = device and false",
        DISPLAY_WEB_TESTS,
    ),
    Mutant(
        "device-token-kept-in-clear",
        "tht_app/database/queries/queue_display.py",
        "    return sha256(token.encode()).digest()\n",
        "    return token.encode()\n",
        DISPLAY_TESTS,
    ),
    Mutant(
        "ticket-page-outlives-its-day",
        "alembic/versions/0013_waiting_room.py",
        "l.code = wanted_code and l.day = wanted_day",
        "l.code = wanted_code",
        DISPLAY_WEB_TESTS,
    ),
    Mutant(
        "display-says-what-a-room-is-for",
        "tht_app/domain/queue_display.py",
        '    return Place("room", sign) if sign else Place("counter", letter)\n',
        '    return Place("room", sign or kind.value)\n',
        ("tests/domain/test_queue_display.py",),
    ),
    Mutant(
        "lease-of-the-outbox-ignored",
        "tht_app/database/outbox.py",
        "          and (o.leased_until is null or o.leased_until <= :now)\n",
        "",
        OUTBOX_TESTS,
    ),
    Mutant(
        "messages-of-one-patient-overtake-each-other",
        "tht_app/database/outbox.py",
        "            where e.stream = o.stream and e.channel = o.channel and (e.at, e.id) < (o.at, o.id)\n"
        "              and e.delivered_at is null and e.dead_at is null)\n        order by",
        "            where false)\n        order by",
        OUTBOX_TESTS,
    ),
    Mutant(
        "mail-without-consent",
        "tht_app/domain/interop/messages.py",
        "    if not known.consents:\n",
        "    if False:\n",
        OUTBOX_TESTS,
    ),
    Mutant(
        "reminder-of-what-no-longer-stands",
        "tht_app/domain/interop/messages.py",
        "    if known.status != STANDS_AS[kind] or (promised is not None and promised != known.start):\n",
        "    if False:\n",
        OUTBOX_TESTS,
    ),
    Mutant(
        "sent-again-and-again-when-nobody-answers",
        "tht_app/use_cases/interop/delivery.py",
        ">= MOST_UNKNOWN:",
        ">= 1000:",
        OUTBOX_TESTS,
    ),
    Mutant(
        "opening-a-link-acts",
        "tht_app/web/link.py",
        'Route("/a/{code}", show, methods=["GET"])',
        'Route("/a/{code}", act, methods=["GET"])',
        LINK_TESTS,
    ),
    Mutant(
        "link-without-birth-date",
        "tht_app/use_cases/interop/link.py",
        '    if request.born != row["birth_date"]:\n',
        "    if False:\n",
        LINK_TESTS,
    ),
    Mutant(
        "proof-of-one-link-opens-another",
        "tht_app/use_cases/interop/link.py",
        "f'{link_id}|{until}'",
        "f'{until}'",
        LINK_TESTS,
    ),
    Mutant(
        "link-sees-every-appointment",
        "alembic/versions/0014_messages.py",
        "create policy link_select on clinic.appointment for select to tht_app using (id = {MINE});",
        "create policy link_select on clinic.appointment for select to tht_app using ({MINE} is not null);",
        LINK_TESTS,
    ),
    Mutant(
        "an-offer-is-taken-after-it-ended",
        "tht_app/use_cases/interop/link.py",
        '    if not row["stands"]:\n',
        "    if False:\n",
        ("tests/web/test_offer_link.py",),
    ),
    Mutant(
        "offers-open-to-people",
        "alembic/versions/0024_offer_link.py",
        "and l.failures < 10 and sec.has('appointment.link')",
        "and l.failures < 10",
        ("tests/web/test_offer_link.py",),
    ),
    Mutant(
        "an-offer-is-told-after-it-ended",
        "tht_app/domain/interop/messages.py",
        "    if known.status != STANDS_AS[kind] or",
        "    if False or",
        ("tests/worker/test_offers.py",),
    ),
    Mutant(
        "mail-to-any-certificate",
        "tht_app/integrations/mail/client.py",
        "            cert_bundle=server.ca_file or None,\n",
        "            cert_bundle=server.ca_file or None,\n            validate_certs=False,\n",
        ("tests/integrations/test_mail_tls.py",),
    ),
    Mutant(
        "a-wrong-certificate-buries-mail",
        "tht_app/integrations/mail/client.py",
        "        return Outcome.UNTRUSTED\n",
        "        return Outcome.RECIPIENT_REFUSED\n",
        ("tests/integrations/test_mail_tls.py",),
    ),
    Mutant(
        "link-outlives-its-appointment",
        "alembic/versions/0014_messages.py",
        "least(l.expires_at, a.starts_at) > now()",
        "true",
        LINK_TESTS,
    ),
    Mutant(
        "procedure-left-out-of-the-signature",
        "tht_app/use_cases/encounter/content.py",
        "        procedures=content.procedures,\n",
        "",
        PROCEDURE_TESTS,
    ),
    Mutant(
        "procedure-open-to-strangers",
        PROCEDURES,
        '    only_for_carers("procedure")\n',
        "",
        PROCEDURE_TESTS,
    ),
    Mutant(
        "copy-without-its-mark",
        "tht_app/use_cases/encounter/last_visit.py",
        'marked(section.text, day, head["practitioner"], request.lang) if section.text.strip() else ""',
        "section.text",
        LAST_VISIT_TESTS,
    ),
    Mutant(
        "copy-not-told-in-the-history",
        "tht_app/database/queries/encounter/notes.py",
        "copied=list(new_copies(before, text)),",
        "copied=list[str](),",
        LAST_VISIT_TESTS,
    ),
    Mutant(
        "timeline-repeats-the-end-of-a-page",
        "tht_app/database/queries/encounter/timeline.py",
        "(v.at, v.id) < (:at, cast(:id as uuid))",
        "(v.at, v.id) <= (:at, cast(:id as uuid))",
        ("tests/use_cases/test_timeline.py",),
    ),
    Mutant(
        "former-answer-still-counts",
        "tht_app/use_cases/encounter/facts.py",
        "    await facts.end_answer(work, patient_id, name)\n",
        "",
        ("tests/use_cases/test_encounter.py",),
    ),
    Mutant(
        "own-codes-shown-to-colleagues",
        PROCEDURES,
        '    mine = "(person_id = (select sec.me()) or ',
        '    mine = "(true or ',
        PROCEDURE_TESTS,
    ),
    Mutant(
        "own-codes-of-everybody-first",
        PROCEDURES,
        "on u.person_id = me and u.system",
        "on u.system",
        PROCEDURE_TESTS,
    ),
    Mutant(
        "flood-is-answered",
        "tht_app/web/edge.py",
        "        if not self._limits.address(_address(scope), public=public):\n",
        "        if False:\n",
        LIMIT_TESTS,
    ),
    Mutant(
        "body-of-any-length",
        "tht_app/web/edge.py",
        "            if seen > limit:\n",
        "            if False:\n",
        LIMIT_TESTS,
    ),
    Mutant(
        "log-quotes-exceptions",
        "tht_app/logs.py",
        '        record.msg, record.args = record.getMessage().split("\\n", 1)[0], ()\n',
        "        pass\n",
        ("tests/web/test_log_lines.py",),
    ),
    Mutant(
        "log-shows-messages-of-exceptions",
        "tht_app/logs.py",
        '        event["error"], event["places"] = " from ".join(kinds), places_of(error)\n',
        '        event["error"], event["places"] = str(error), places_of(error)\n',
        ("tests/web/test_log_lines.py",),
    ),
    Mutant(
        "what-was-typed-as-a-user-name-is-kept",
        "tht_app/web/identity/throttle.py",
        '    return current().vault.blind("throttle.username", username).hex()[:24]\n',
        "    return username\n",
        ("tests/web/test_logs.py",),
    ),
    Mutant(
        "plain-http-on-every-address",
        "tht_app/safety.py",
        "    if chosen.host not in LOOPBACK and not https:\n",
        "    if False:\n",
        SAFETY_TESTS,
    ),
    Mutant(
        "key-that-everybody-reads",
        "tht_app/safety.py",
        "    if about.st_mode & (stat.S_IRWXO | stat.S_IWGRP):\n",
        "    if False:\n",
        SAFETY_TESTS,
    ),
    Mutant(
        "framework-can-be-overridden",
        "tht_app/safety.py",
        "        if name not in REFLEX_AS_SERVED:\n",
        "        if False:\n",
        SAFETY_TESTS,
    ),
    Mutant(
        "statement-of-anybody-is-believed",
        "tht_app/database/succession.py",
        "        if handover.new_public == present and rises and handover.holds:\n",
        "        if True:\n",
        SUCCESSION_TESTS,
    ),
    Mutant(
        "old-key-signs-on",
        "tht_app/database/succession.py",
        "            if number > handover.number:\n",
        "            if True:\n",
        SUCCESSION_TESTS,
    ),
    Mutant(
        "sealer-keeps-the-old-key",
        "tht_app/database/seal.py",
        "        if successor_of(await _handovers(connection)) not in {None, key.public}:\n",
        "        if False:\n",
        SUCCESSION_TESTS,
    ),
    Mutant(
        "rules-stay-off-after-sealing-again",
        "tht_app/database/rotation.py",
        '["enable trigger user", *(["force row level security"] if forced else [])]',
        '["enable trigger user"]',
        ROTATION_TESTS,
    ),
    Mutant(
        "key-that-nobody-can-open-is-added",
        "tht_app/database/rotation.py",
        "    unlocked(master, keys)  # a key that nobody could open must never be added\n",
        "",
        ROTATION_TESTS,
    ),
    Mutant(
        "process-that-did-not-hear-stays-deaf",
        "tht_app/database/crypto.py",
        "        keys = self.look_again(purpose, version)\n",
        "        keys = None\n",
        ROTATION_TESTS,
    ),
    Mutant(
        "damaged-value-hides-a-new-key",
        "tht_app/database/keyring.py",
        "absent.get((purpose, version), -PATIENCE_SECONDS)",
        "max(absent.values(), default=-PATIENCE_SECONDS)",
        ROTATION_TESTS,
    ),
    Mutant(
        "old-master-key-is-lost-at-once",
        "tht_app/database/keyring.py",
        "        os.link(path, old)\n",
        "        pass\n",
        ROTATION_TESTS,
    ),
    Mutant(
        "database-acknowledges-too-early",
        "tht_app/database/server.py",
        '    "max_connections": "120",\n',
        '    "max_connections": "120",\n    "synchronous_commit": "off",\n    "wal_writer_delay": "10s",\n',
        ("tests/database/test_kills.py",),
    ),
]


def _copy(target: Path) -> None:
    """The tree as git sees it, untracked files included, built things left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read_bytes())


def _apply(mutant: Mutant, tree: Path) -> str:
    """Return an empty string, or why the mutant does not fit the code any more."""
    path = tree / mutant.file
    if not path.is_file():
        return f"{mutant.file} is gone"
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        return f"the text to change stands {text.count(mutant.old)} times in {mutant.file}"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    return ""


def _run(mutant: Mutant) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory(prefix="tht-mutant-") as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        _copy(tree)
        misfit = _apply(mutant, tree)
        if misfit:
            return False, misfit
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode == TESTS_FAILED:
            return True, next((line for line in done.stdout.splitlines() if line.startswith("FAILED")), "")
        return False, f"pytest said {done.returncode}: {done.stdout.splitlines()[-1:] or done.stderr[-300:]}"


def main(names: list[str]) -> int:
    """Try the named mutants, or all; the exit status is 0 only when each was caught."""
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}")
        return 2
    survivors = 0
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        started = time.monotonic()
        caught, why = _run(mutant)
        survivors += not caught
        print(
            f"{'caught  ' if caught else 'SURVIVED'} {mutant.name} ({time.monotonic() - started:.0f} s) {why[:150]}",
            flush=True,
        )
    print(f"{survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
