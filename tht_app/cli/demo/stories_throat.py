"""Stories of mouth, throat, larynx and neck."""

from tht_app.cli.demo.scenario import A, B, Diagnosis, Finding, Medicine, Procedure, Scenario, Where

D, F, M = Diagnosis, Finding, Medicine

THROAT = (
    Scenario(
        key="faringitis-akut",
        ages=(18, 60),
        share=7,
        lasts=(2, 5),
        temperature=(37.0, 38.2),
        subjective="Nyeri tenggorok dan nyeri menelan sejak {hari} hari, pilek, batuk kering, badan pegal. Sesak"
        " (-), makan masih bisa.",
        objective="Faring hiperemis dengan granulasi, tonsil T1-T1 tidak hiperemis, detritus (-). Kelenjar "
        "leher tidak membesar. Hidung: sekret serosa. Telinga tenang.",
        assessment="Faringitis akut, kesan virus.",
        plan="Obat simtomatik, obat kumur, tablet hisap, minum hangat. Antibiotik belum diperlukan. "
        "Kontrol bila demam menetap lebih dari 3 hari.",
        diagnoses=(D("J02.9"),),
        findings=(
            F("posterior_wall", "hyperaemia"),
            F("posterior_wall", "granulation"),
            F("tonsil", "t1", B),
            F("nasal_secretion", "serous", B),
        ),
        medicines=(
            M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4),
            M("BENZID-KUM", "3 x 10 ml", 2, 4),
            M("DEKUAL-HSP", "4 x 1 lozenge", 20, 5),
        ),
    ),
    Scenario(
        key="tonsilitis-anak",
        ages=(6, 9),
        share=6,
        lasts=(1, 3),
        temperature=(38.1, 39.3),
        subjective="Anak demam tinggi dan nyeri menelan sejak {hari} hari, tidak mau makan, batuk (-). Tahun ini"
        " sudah tiga kali.",
        objective="Tonsil T3-T3 hiperemis, kripta melebar, detritus kanan-kiri. Kelenjar jugulodigastrik "
        "membesar nyeri. Faring hiperemis. Membran timpani utuh. Skor Centor/McIsaac 5.",
        assessment="Tonsilitis akut, sangat mungkin streptokokus.",
        plan="Amoksisilin 10 hari harus dihabiskan, antipiretik bila demam, minum cukup. Jumlah serangan "
        "dicatat untuk pertimbangan tonsilektomi. Kontrol 7 hari.",
        diagnoses=(D("J03.9"),),
        findings=(
            F("tonsil", "t3", B),
            F("tonsil", "hyperaemia", B),
            F("tonsil", "detritus", B),
            F("posterior_wall", "hyperaemia"),
            F("tympanic_membrane", "normal", B),
        ),
        medicines=(M("AMOKSI-250S", "3 x 5 ml pc", 3, 10), M("PARASE-120S", "prn 3 x 10 ml pc", 2, 4)),
        control=("Demam (-), sudah mau makan.", "Tonsil T2-T2 tidak hiperemis, detritus (-), kelenjar leher mengecil."),
    ),
    Scenario(
        key="tonsilitis-alergi-penisilin",
        ages=(18, 40),
        share=2,
        lasts=(2, 4),
        temperature=(38.0, 38.9),
        allergy="penisilin",
        subjective="Nyeri menelan hebat dan demam sejak {hari} hari, batuk (-). Riwayat biduran dan bengkak "
        "bibir sesudah minum amoksisilin.",
        objective="Tonsil T2-T2 hiperemis dengan detritus, faring hiperemis, uvula di tengah. Kelenjar leher "
        "kanan-kiri membesar nyeri.",
        assessment="Tonsilitis akut, kesan streptokokus, pada pasien alergi penisilin.",
        plan="Azitromisin 3 hari karena alergi penisilin, analgesik, obat kumur. Alergi dicatat dan kartu "
        "alergi diberikan.",
        diagnoses=(D("J03.9"), D("Z88.0")),
        findings=(F("tonsil", "t2", B), F("tonsil", "hyperaemia", B), F("tonsil", "detritus", B)),
        medicines=(
            M("AZITRO-500", "1 x 1 tablet", 3, 3),
            M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4),
            M("POVIDO-KUM", "3 x 10 ml", 2, 5),
        ),
    ),
    Scenario(
        key="adenotonsil-mengorok",
        ages=(4, 10),
        share=4,
        lasts=(60, 200),
        problem="Hipertrofi adenotonsil dengan kecurigaan apnea tidur, rencana adenotonsilektomi",
        subjective="Anak mengorok keras setiap malam, kadang napas terhenti sebentar lalu tersentak, tidur "
        "gelisah, ngompol lagi. Siang mengantuk. Sering batuk pilek.",
        objective="Tonsil {sisi} T4, {lain} T3, tidak hiperemis. Wajah adenoid, bernapas lewat mulut. Konka "
        "edema ringan. Membran timpani kanan-kiri retraksi. Foto adenoid: rasio A/N 0,8.",
        assessment="Hipertrofi adenoid dan tonsil dengan kecurigaan apnea tidur obstruktif.",
        plan="Anjuran adenotonsilektomi, pemeriksaan praoperasi, informasi tindakan kepada orang tua. "
        "Semprot hidung steroid sementara menunggu.",
        diagnoses=(D("J35.3"), D("G47.3", provisional=True)),
        findings=(
            F("tonsil", "t4", A),
            F("tonsil", "t3", Where.OTHER),
            F("inferior_turbinate", "hypertrophy", B),
            F("tympanic_membrane", "retraction", B),
        ),
        medicines=(M("MOMETA-SN", "1 x 1 spray mane", 1, 28, B),),
        follow_up=28,
    ),
    Scenario(
        key="tonsilitis-kronik",
        ages=(18, 40),
        share=4,
        lasts=(30, 120),
        problem="Tonsilitis kronik, dipertimbangkan tonsilektomi",
        subjective="Tenggorok sering mengganjal dan bau mulut, radang amandel 5-6 kali setahun, keluar butiran "
        "putih berbau. Saat ini demam (-).",
        objective="Tonsil {sisi} T3, {lain} T2, kripta melebar, detritus (+), hiperemis minimal, perlengketan "
        "pilar. Faring tenang. Kelenjar leher tidak nyeri.",
        assessment="Tonsilitis kronik dengan hipertrofi.",
        plan="Dianjurkan tonsilektomi karena serangan berulang, pemeriksaan praoperasi. Obat kumur, kebersihan mulut.",
        diagnoses=(D("J35.0"),),
        findings=(
            F("tonsil", "t3", A),
            F("tonsil", "t2", Where.OTHER),
            F("tonsil", "wide_crypts", B),
            F("tonsil", "detritus", B),
        ),
        medicines=(M("KLORHE-KUM", "2 x 10 ml", 1, 5),),
        follow_up=14,
    ),
    Scenario(
        key="abses-peritonsil",
        ages=(18, 40),
        share=2,
        lasts=(3, 6),
        temperature=(38.2, 39.3),
        subjective="Nyeri menelan hebat sebelah {sisi} sejak {hari} hari, sulit membuka mulut, air liur menetes,"
        " suara seperti mengulum. Demam (+). Sesak (-).",
        objective="Trismus 2 jari. Palatum mole {sisi} bengkak, fluktuasi (+), uvula terdorong ke {lain}, "
        "tonsil {sisi} terdorong ke medial. Aspirasi: pus 6 mL.",
        assessment="Abses peritonsil {sisi}.",
        plan="Aspirasi dan insisi drainase dengan anestesi lokal dilakukan. Antibiotik, analgesik kuat, "
        "obat kumur. Kontrol besok; rawat inap bila tidak bisa minum atau sesak. Tonsilektomi 6 "
        "minggu lagi dipertimbangkan.",
        procedures=(Procedure("28.0", A),),
        diagnoses=(D("J36", A),),
        findings=(
            F("oral_cavity", "trismus"),
            F("palate_uvula", "asymmetry"),
            F("palate_uvula", "oedema"),
            F("tonsil", "hyperaemia", A),
        ),
        medicines=(
            M("KLINDA-300", "3 x 1 capsule pc", 30, 10),
            M("KETORO-10", "2 x 1 tablet pc", 6, 3),
            M("POVIDO-KUM", "3 x 10 ml", 2, 5),
        ),
        visit_type="procedure",
        follow_up=2,
        control=(
            "Sudah bisa makan lunak, demam (-).",
            "Palatum mole {sisi} bengkak minimal, uvula di tengah, pus (-).",
        ),
    ),
    Scenario(
        key="refluks-laringofaring",
        ages=(22, 60),
        share=6,
        lasts=(21, 90),
        problem="Refluks laringofaring",
        subjective="Tenggorok mengganjal dan sering berdeham sejak {hari} hari, suara serak pagi hari, asam naik"
        " bila makan malam terlambat. Minum kopi 3 gelas. Sulit menelan (-), berat badan tetap.",
        objective="Laringoskopi: aritenoid hiperemis edema, komisura posterior menebal, pita suara bergerak "
        "simetris, massa (-). Skor temuan refluks 9. Faring granulasi.",
        assessment="Refluks laringofaring.",
        plan="Atur makan malam 3 jam sebelum tidur, kurangi kopi, gorengan, dan rokok, tinggikan kepala. "
        "Penghambat pompa proton dua kali sehari 4 minggu. Kontrol 4 minggu.",
        diagnoses=(D("J38.7"), D("K21.9")),
        findings=(F("posterior_wall", "granulation"), F("tonsil", "t1", B), F("palate_uvula", "normal")),
        medicines=(M("LANSOP-30", "2 x 1 capsule ac", 56, 28), M("SUKRAL-S", "3 x 10 ml ac", 3, 10)),
        visit_type="endoscopy",
        follow_up=28,
    ),
    Scenario(
        key="laringitis-akut",
        ages=(20, 58),
        share=4,
        lasts=(2, 6),
        temperature=(36.7, 37.6),
        subjective="Suara serak sampai hampir hilang sejak {hari} hari sesudah batuk pilek dan banyak bicara. "
        "Batuk berdahak, nyeri tenggorok ringan. Sesak (-), perokok (-).",
        objective="Laringoskopi tidak langsung: pita suara hiperemis edema kanan-kiri, gerak simetris, massa "
        "(-). Faring hiperemis ringan. Tonsil T1-T1.",
        assessment="Laringitis akut.",
        plan="Istirahat suara 5 hari termasuk berbisik, uap hangat, minum banyak. Obat pengencer dahak. "
        "Bila serak lebih dari 3 minggu dilakukan laringoskopi ulang.",
        diagnoses=(D("J04.0"),),
        findings=(F("posterior_wall", "hyperaemia"), F("tonsil", "t1", B)),
        medicines=(M("AMBROK-30", "3 x 1 tablet pc", 15, 5), M("METILP-4", "3 x 1 tablet pc", 9, 3)),
        control=("Suara hampir normal.", "Pita suara hiperemis minimal, edema (-)."),
    ),
    Scenario(
        key="nodul-pita-suara",
        ages=(24, 50),
        sexes="P",
        share=3,
        lasts=(60, 150),
        problem="Nodul pita suara, terapi wicara",
        subjective="Suara serak hilang timbul sejak lama, memburuk {hari} hari ini, guru SD mengajar 6 jam "
        "sehari dengan suara keras. Sakit (-), batuk darah (-).",
        objective="Laringoskopi serat optik: nodul kecil simetris sepertiga anterior-tengah kedua pita suara, "
        "celah jam pasir, gerak baik.",
        assessment="Nodul pita suara bilateral.",
        plan="Terapi wicara 8 kali, kebersihan suara, pengeras suara di kelas. Penghambat pompa proton "
        "karena ada gejala refluks. Evaluasi 4 minggu, bedah bila tidak membaik 3 bulan.",
        answers=(("occupation", "", "guru SD"),),
        diagnoses=(D("J38.2"),),
        findings=(F("posterior_wall", "granulation"), F("tonsil", "t1", B)),
        medicines=(M("LANSOP-30", "2 x 1 capsule ac", 56, 28),),
        visit_type="endoscopy",
        follow_up=28,
    ),
    Scenario(
        key="duri-ikan",
        ages=(18, 65),
        share=4,
        lasts=(1, 2),
        subjective="Tertelan duri ikan {hari} hari lalu, tenggorok {sisi} tertusuk setiap menelan. Sudah menelan"
        " nasi bulat tetapi tetap. Muntah darah (-), sesak (-).",
        objective="Duri tampak menancap di tonsil {sisi} bagian bawah, diekstraksi dengan pinset, panjang 1,5 "
        "cm. Sesudahnya laserasi kecil, perdarahan (-). Hipofaring bersih.",
        assessment="Benda asing faring {sisi} (duri ikan), sudah diekstraksi.",
        plan="Obat kumur 3 hari, makan lunak 1 hari. Kembali bila nyeri menelan, demam, atau leher bengkak.",
        procedures=(Procedure("98.13"),),
        diagnoses=(D("T17.2"),),
        findings=(F("tonsil", "t1", B), F("posterior_wall", "normal")),
        medicines=(M("POVIDO-KUM", "3 x 10 ml", 1, 3), M("PARASE-500", "prn 3 x 1 tablet pc", 6, 2)),
        visit_type="procedure",
    ),
    Scenario(
        key="sariawan",
        ages=(15, 45),
        share=3,
        lasts=(3, 7),
        subjective="Sariawan di bibir dalam dan lidah sejak {hari} hari, perih bila makan pedas, sering kambuh "
        "saat kurang tidur. Demam (-), lesi kelamin (-).",
        objective="Ulkus dangkal 3-5 mm tiga buah di mukosa bibir bawah dan tepi lidah, dasar kekuningan, halo "
        "merah. Tonsil dan faring tenang.",
        assessment="Stomatitis aftosa rekuren minor.",
        plan="Pasta steroid tipis pada luka, obat kumur klorheksidin, vitamin C. Hindari makanan tajam dan"
        " pasta gigi berbusa kuat. Biopsi bila ulkus lebih dari 3 minggu.",
        diagnoses=(D("K12.0"),),
        findings=(F("oral_cavity", "stomatitis"), F("tonsil", "t1", B), F("posterior_wall", "normal")),
        medicines=(
            M("TRIAMS-PST", "3 x 1 application hs", 1, 7),
            M("KLORHE-KUM", "2 x 10 ml", 1, 5),
            M("VITC-500", "1 x 1 tablet pc", 10, 10),
        ),
    ),
    Scenario(
        key="bell-palsy",
        ages=(20, 60),
        share=2,
        lasts=(1, 2),
        subjective="Wajah {sisi} mencong sejak {hari} hari, mata {sisi} tidak bisa menutup rapat, minum menetes "
        "dari sudut mulut. Nyeri belakang telinga ringan. Lengan dan tungkai kuat.",
        objective="Paresis nervus fasialis perifer {sisi} House-Brackmann IV. Liang telinga dan membran timpani"
        " kanan-kiri tenang, vesikel (-). Parotis tidak teraba massa. Saraf kranial lain normal.",
        assessment="Kelumpuhan Bell {sisi}.",
        plan="Prednison 60 mg sehari 7 hari, tetes air mata buatan dan penutup mata saat tidur, latihan "
        "otot wajah. Rujuk saraf bila tidak membaik 3 minggu.",
        diagnoses=(D("G51.0", A),),
        findings=(F("tympanic_membrane", "normal", B), F("ear_canal", "normal", B)),
        medicines=(
            M("PREDNI-5", "3 x 4 tablet pc", 84, 7),
            M("OMEPRA-20", "1 x 1 capsule ac", 7, 7),
            M("AIRMATA", "4 x 1 drop", 1, 14, A),
        ),
    ),
    Scenario(
        key="sialadenitis",
        ages=(25, 70),
        share=2,
        lasts=(2, 5),
        temperature=(37.2, 38.3),
        subjective="Bengkak bawah rahang {sisi} sejak {hari} hari, bertambah saat makan, nyeri, mulut terasa "
        "asin. Demam ringan.",
        objective="Submandibula {sisi}: bengkak 3 cm nyeri tekan, kulit hangat, muara duktus Wharton keluar pus"
        " sedikit saat ditekan. Batu tidak teraba. Tonsil tenang.",
        assessment="Sialadenitis submandibula {sisi}.",
        plan="Antibiotik 7 hari, antiinflamasi, kompres hangat, permen asam, minum banyak. USG bila "
        "berulang untuk mencari batu.",
        diagnoses=(D("K11.2", A),),
        findings=(F("oral_cavity", "caries"), F("tonsil", "t1", B)),
        medicines=(M("KOAMOK-625", "3 x 1 tablet dc", 21, 7), M("NADIKL-50", "2 x 1 tablet pc", 10, 5)),
    ),
    Scenario(
        key="kandidiasis-mulut",
        ages=(40, 75),
        share=2,
        lasts=(5, 14),
        subjective="Mulut perih dan berbercak putih sejak {hari} hari, memakai obat hirup steroid untuk asma dan"
        " jarang berkumur. Menelan sedikit nyeri.",
        objective="Plak putih di lidah, palatum, dan orofaring, mudah dikerok dengan dasar kemerahan. Tonsil T1-T1.",
        assessment="Kandidiasis mulut pada pemakaian steroid hirup.",
        plan="Nistatin 7 hari dikumur lalu ditelan, kumur air sesudah memakai obat hirup, periksa gula darah.",
        diagnoses=(D("B37.0"),),
        findings=(F("oral_cavity", "stomatitis"), F("tonsil", "t1", B), F("posterior_wall", "hyperaemia")),
        medicines=(M("NISTAT-DRP", "4 x 1 ml pc", 3, 7),),
        takes=(("budesonid hirup", "2 kali sehari 1 hirup"),),
    ),
    Scenario(
        key="kontrol-tonsilektomi",
        ages=(6, 35),
        share=3,
        lasts=(7, 14),
        subjective="Kontrol hari ke-{hari} sesudah operasi amandel di rumah sakit. Nyeri menelan berkurang, "
        "makan lunak, perdarahan (-), demam (-).",
        objective="Fosa tonsil kanan-kiri: selaput fibrin putih, perdarahan (-), edema uvula minimal. Kelenjar "
        "leher tidak nyeri.",
        assessment="Pascatonsilektomi, penyembuhan sesuai waktu.",
        plan="Makan lunak sampai 2 minggu, minum banyak, hindari makanan keras dan panas. Segera ke gawat "
        "darurat bila berdarah.",
        diagnoses=(D("Z09.0"),),
        findings=(F("tonsil", "t0", B), F("palate_uvula", "normal")),
        visit_type="post-op",
        follow_up=14,
    ),
    Scenario(
        key="ispa-batita",
        ages=(1, 2),
        share=5,
        lasts=(1, 4),
        temperature=(37.6, 38.8),
        subjective="Anak batuk pilek dan demam sejak {hari} hari, hidung mampet sehingga sulit minum susu, rewel"
        " malam. Sesak (-), telinga berair (-), kejang (-).",
        objective="Napas tenang, retraksi (-). Konka edema, sekret mukoid kanan-kiri. Faring hiperemis ringan, "
        "tonsil T1-T1. Kedua membran timpani utuh, hiperemis ringan saat menangis.",
        assessment="Infeksi saluran napas atas akut.",
        plan="Tetes garam fisiologis dan sedot ingus sebelum minum, antipiretik bila demam. Antibiotik "
        "belum diperlukan. Kembali bila demam lebih dari 3 hari, sesak, atau menolak minum.",
        diagnoses=(D("J06.9"),),
        findings=(
            F("nasal_secretion", "mucoid", B),
            F("posterior_wall", "hyperaemia"),
            F("tonsil", "t1", B),
            F("tympanic_membrane", "normal", B),
        ),
        medicines=(M("NACL-TH", "4 x 2 drop", 1, 5, B), M("PARASE-120S", "prn 3 x 5 ml pc", 1, 3)),
        control=("Demam (-), pilek berkurang, minum susu baik.", "Sekret sedikit jernih, faring tenang."),
    ),
    Scenario(
        key="skrining-bayi",
        ages=(0, 0),
        share=4,
        lasts=(1, 3),
        subjective="Skrining pendengaran atas anjuran dokter anak. Lahir cukup bulan, berat lahir 3,1 kg, tidak "
        "dirawat di NICU, keluarga tuli (-). Terkejut bila ada suara keras.",
        objective="Daun telinga simetris, liang telinga lapang kanan-kiri. OAE: pass kanan dan kiri. "
        "Timpanogram 1 kHz tipe A.",
        assessment="Skrining pendengaran bayi, kedua telinga lulus.",
        plan="Penjelasan tahap perkembangan bicara, periksa ulang bila orang tua ragu atau usia 12 bulan "
        "belum mengoceh.",
        diagnoses=(D("Z13.5"),),
        findings=(F("pinna", "normal", B), F("ear_canal", "normal", B)),
        visit_type="audiometry",
        follow_up=28,
    ),
)
