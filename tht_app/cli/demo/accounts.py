"""Who works in the demo clinic; everybody has the same known password."""

from dataclasses import dataclass

from tht_app.domain.identity import Role

PASSWORD = "demo-THT-2026"


@dataclass(frozen=True, slots=True)
class Account:
    """One account; doctors have a licence number (SIP)."""

    username: str
    name: str
    role: Role
    sip: str = ""


ACCOUNTS = (
    Account("admin", "Rina Wulandari", Role.ADMIN),
    Account("dokter", "dr. Sari Kusuma, Sp.THT-KL", Role.DOCTOR, "446/0117/SIP.THT/2024"),
    Account("dokter2", "dr. Bambang Hadi, Sp.THT-KL", Role.DOCTOR, "446/0231/SIP.THT/2023"),
    Account("dokter3", "dr. Maria Simanjuntak, Sp.T.H.T.B.K.L.", Role.DOCTOR, "446/0309/SIP.THT/2025"),
    Account("dokter4", "dr. Ahmad Fauzi, Sp.T.H.T.B.K.L.", Role.DOCTOR, "446/0342/SIP.THT/2025"),
    Account("perawat", "Dewi Lestari", Role.NURSE),
    Account("apoteker", "apt. Joko Santoso, S.Farm.", Role.PHARMACIST),
    Account("kasir", "Tono Prasetyo", Role.CASHIER),
    Account("auditor", "Lina Marlina", Role.AUDITOR),
    Account("pemilik", "Hendra Wijaya", Role.OWNER),
)
DOCTORS = tuple(account for account in ACCOUNTS if account.role is Role.DOCTOR)
