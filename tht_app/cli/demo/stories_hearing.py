"""Stories of hearing and balance."""

from tht_app.cli.demo.scenario import A, B, Diagnosis, Finding, Medicine, Procedure, Scenario

D, F, M = Diagnosis, Finding, Medicine

HEARING = (
    Scenario(
        key="presbikusis",
        ages=(62, 90),
        share=5,
        lasts=(90, 300),
        pressure=8,
        problem="Presbikusis, rencana alat bantu dengar",
        subjective="Pendengaran kedua telinga menurun perlahan sejak lama, sulit menangkap percakapan di tempat "
        "ramai, berdenging terutama malam. Pusing berputar (-). Riwayat kerja bising (-).",
        objective="Kedua liang telinga lapang, membran timpani utuh, suram ringan. Garpu tala: Rinne (+)/(+), "
        "Weber tidak ada lateralisasi, Schwabach memendek. Audiometri: tuli sensorineural simetris "
        "nada tinggi.",
        assessment="Presbikusis bilateral dengan tinitus.",
        plan="Konseling cara berkomunikasi, uji coba alat bantu dengar, terapi suara untuk tinitus. "
        "Audiometri ulang 1 tahun.",
        diagnoses=(D("H91.1", B), D("H93.1", B)),
        findings=(F("ear_canal", "normal", B), F("tympanic_membrane", "normal", B)),
        medicines=(M("MEKOBA-500", "3 x 1 capsule pc", 42, 14),),
        visit_type="audiometry",
        follow_up=14,
    ),
    Scenario(
        key="bppv",
        ages=(30, 75),
        share=6,
        lasts=(1, 6),
        subjective="Pusing berputar singkat sejak {hari} hari, muncul saat bangun tidur dan miring ke {sisi}, "
        "kurang dari satu menit, mual (+). Gangguan dengar (-), berdenging (-), kelemahan anggota "
        "gerak (-).",
        objective="Telinga kanan dan kiri tenang. Dix-Hallpike {sisi} positif: nistagmus torsional ke atas, "
        "laten 5 detik, lelah bila diulang. Romberg normal, tes koordinasi normal.",
        assessment="Vertigo posisi paroksismal jinak kanalis posterior {sisi}.",
        plan="Reposisi kanalit (Epley) dilakukan satu kali, keluhan berkurang. Latihan Brandt-Daroff di "
        "rumah, obat simtomatik paling lama 5 hari. Jangan menyetir selama masih pusing.",
        procedures=(Procedure("95.44"),),
        diagnoses=(D("H81.1", A),),
        findings=(F("tympanic_membrane", "normal", B), F("ear_canal", "normal", B)),
        medicines=(M("BETAHI-24", "2 x 1 tablet pc", 10, 5), M("DIMENH-50", "prn 3 x 1 tablet", 6, 2)),
        control=("Pusing tinggal sesekali.", "Dix-Hallpike kanan dan kiri negatif."),
    ),
    Scenario(
        key="meniere",
        ages=(30, 60),
        share=2,
        lasts=(2, 10),
        problem="Penyakit Meniere",
        subjective="Serangan pusing berputar 1-2 jam disertai telinga {sisi} berdenging dan penuh, {hari} hari "
        "ini sudah dua kali. Pendengaran {sisi} naik turun sejak setahun. Muntah (+) saat serangan.",
        objective="Telinga kanan dan kiri tenang. Nistagmus spontan (-) saat diperiksa. Audiometri: tuli "
        "sensorineural nada rendah telinga {sisi}, telinga {lain} normal.",
        assessment="Penyakit Meniere telinga {sisi}.",
        plan="Diet rendah garam, kurangi kopi dan rokok, betahistin jangka panjang, catatan serangan. "
        "Audiometri serial.",
        diagnoses=(D("H81.0", A),),
        findings=(F("tympanic_membrane", "normal", B),),
        medicines=(M("BETAHI-24", "2 x 1 tablet pc", 60, 30), M("DIMENH-50", "prn 3 x 1 tablet", 10, 4)),
        follow_up=28,
    ),
    Scenario(
        key="tuli-mendadak",
        ages=(25, 65),
        share=2,
        lasts=(1, 5),
        subjective="Bangun tidur telinga {sisi} mendadak tidak mendengar sejak {hari} hari, berdenging keras, "
        "pusing ringan. Trauma (-), pilek (-).",
        objective="Kedua membran timpani utuh dan tenang. Garpu tala: Rinne (+)/(+), Weber lateralisasi ke "
        "{lain}. Audiometri: tuli sensorineural berat telinga {sisi}, telinga {lain} normal.",
        assessment="Tuli mendadak idiopatik telinga {sisi}.",
        plan="Kortikosteroid oral segera lalu diturunkan bertahap saat kontrol, pelindung lambung, periksa"
        " gula darah. Rencana steroid intratimpani bila tidak membaik. MRI telinga dalam. Audiometri "
        "ulang 7 hari.",
        diagnoses=(D("H91.2", A), D("H93.1", A)),
        findings=(F("tympanic_membrane", "normal", B), F("ear_canal", "normal", B)),
        medicines=(
            M("METILP-16", "1 x 3 tablet mane", 21, 7),
            M("OMEPRA-20", "1 x 1 capsule ac", 7, 7),
            M("MEKOBA-500", "3 x 1 capsule pc", 42, 14),
        ),
        control=(
            "Pendengaran mulai membaik, denging berkurang.",
            "Membran timpani tenang. Audiometri: ambang membaik 20 dB dibanding pemeriksaan pertama.",
        ),
    ),
    Scenario(
        key="tuli-bising",
        ages=(32, 56),
        sexes="L",
        share=2,
        lasts=(60, 200),
        problem="Gangguan pendengaran akibat bising",
        subjective="Pendengaran kedua telinga menurun dan berdenging, bekerja di bagian mesin pabrik 12 tahun "
        "tanpa pelindung telinga. Keluhan makin terasa {hari} hari ini.",
        objective="Kedua telinga tenang, membran timpani utuh. Audiometri: takik 4 kHz bilateral 55 dB, nada "
        "bicara masih 25 dB.",
        assessment="Gangguan pendengaran akibat bising bilateral dengan tinitus.",
        plan="Pelindung telinga setiap kerja, surat untuk dokter perusahaan, audiometri ulang 6 bulan. "
        "Konseling tinitus.",
        answers=(
            ("noise", "current", "bagian mesin pabrik, 12 tahun"),
            ("occupation", "", "pekerja pabrik"),
        ),
        diagnoses=(D("H83.3", B), D("Z57.0")),
        findings=(F("tympanic_membrane", "normal", B),),
        medicines=(M("MEKOBA-500", "3 x 1 capsule pc", 30, 10),),
        visit_type="audiometry",
        follow_up=28,
    ),
)
