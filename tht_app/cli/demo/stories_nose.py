"""Stories of nose and sinuses."""

from tht_app.cli.demo.scenario import A, B, Diagnosis, Finding, Medicine, O, Procedure, Scenario

D, F, M = Diagnosis, Finding, Medicine

NOSE = (
    Scenario(
        key="rinitis-alergi-dewasa",
        ages=(18, 55),
        share=8,
        lasts=(20, 120),
        problem="Rinitis alergi persisten sedang-berat",
        subjective="Bersin berturut-turut pagi hari, hidung gatal, ingus encer dan mampet bergantian, memberat "
        "{hari} hari ini. Terganggu tidur dan kerja. Alergi debu rumah, ibu juga alergi. Sesak (-).",
        objective="Hidung: konka inferior pucat kebiruan dan edema kanan-kiri, sekret serosa, septum di tengah,"
        " polip (-). Faring: granulasi dinding posterior. Telinga tenang.",
        assessment="Rinitis alergi persisten sedang-berat.",
        plan="Hindari alergen: cuci sprei air panas tiap minggu, tanpa karpet. Semprot hidung steroid "
        "teratur, antihistamin malam. Tes tusuk kulit bila kambuh. Cara menyemprot diajarkan.",
        answers=(("atopy", "yes", "ibu"),),
        diagnoses=(D("J30.4"),),
        findings=(
            F("inferior_turbinate", "pale", B),
            F("inferior_turbinate", "hypertrophy", B),
            F("nasal_secretion", "serous", B),
            F("septum", "normal", B),
        ),
        medicines=(M("FLUTIK-SN", "1 x 2 spray mane", 1, 30, B), M("SETIRI-10", "1 x 1 tablet hs", 14, 14)),
        follow_up=14,
        control=("Bersin dan mampet jauh berkurang.", "Konka masih pucat ringan, sekret (-)."),
    ),
    Scenario(
        key="rinitis-alergi-anak",
        ages=(6, 12),
        share=5,
        lasts=(14, 60),
        problem="Rinitis alergi",
        subjective="Anak sering bersin dan menggosok hidung sejak {hari} hari, tidur dengan mulut terbuka, mata "
        "gatal. Riwayat eksim waktu bayi.",
        objective="Allergic shiner dan allergic salute (+). Konka pucat edema kanan-kiri, sekret serosa. Tonsil"
        " T2-T2 tidak hiperemis. Membran timpani utuh.",
        assessment="Rinitis alergi persisten ringan pada anak.",
        plan="Hindari debu, boneka bulu, asap rokok. Semprot hidung steroid dosis anak, antihistamin dua "
        "minggu. Kontrol 2 minggu.",
        diagnoses=(D("J30.4"),),
        findings=(
            F("inferior_turbinate", "pale", B),
            F("inferior_turbinate", "hypertrophy", B),
            F("tonsil", "t2", B),
            F("tympanic_membrane", "normal", B),
        ),
        medicines=(M("MOMETA-SN", "1 x 1 spray mane", 1, 30, B), M("SETIRI-5S", "2 x 5 ml", 3, 14)),
        follow_up=14,
    ),
    Scenario(
        key="rinosinusitis-akut",
        ages=(18, 60),
        share=7,
        lasts=(7, 14),
        temperature=(37.0, 38.1),
        subjective="Ingus kental kuning-hijau dan hidung mampet {hari} hari, nyeri pipi {sisi} bertambah saat "
        "menunduk, dahak di tenggorok, penciuman berkurang. Membaik lalu memburuk lagi.",
        objective="Konka edema hiperemis, sekret mukopurulen di meatus medius {sisi}, nyeri tekan pipi {sisi} "
        "(+). Post nasal drip (+). Gigi geraham atas baik. Telinga tenang.",
        assessment="Rinosinusitis akut maksila {sisi}.",
        plan="Cuci hidung dua kali sehari, antibiotik 10 hari, dekongestan semprot paling lama 5 hari, "
        "mukolitik. Kontrol 7 hari, CT scan bila tidak membaik.",
        diagnoses=(D("J01.0", A),),
        findings=(
            F("inferior_turbinate", "hyperaemia", B),
            F("middle_meatus", "pus", A),
            F("posterior_wall", "postnasal_drip"),
        ),
        medicines=(
            M("KOAMOK-625", "3 x 1 tablet dc", 30, 10),
            M("OKSIME-05", "2 x 1 spray", 1, 5, B),
            M("ASETIL-200", "3 x 1 capsule pc", 30, 10),
            M("CUCIHDG", "2 x 1 sachet", 20, 10, B),
        ),
        control=("Nyeri pipi hilang, ingus jernih.", "Sekret minimal, meatus medius bersih, nyeri tekan (-)."),
    ),
    Scenario(
        key="rsk-polip",
        ages=(30, 65),
        share=4,
        lasts=(90, 240),
        problem="Rinosinusitis kronik dengan polip, rencana BSEF",
        subjective="Hidung mampet terus-menerus kanan-kiri, penciuman hilang, ingus kental turun ke tenggorok "
        "sejak lama. Suara sengau, mengorok. Asma (-), alergi obat nyeri (-).",
        objective="Nasoendoskopi: massa bening bertangkai licin dari meatus medius kanan dan kiri (polip grade "
        "2), sekret mukopurulen. Septum di tengah. Nasofaring tenang.",
        assessment="Rinosinusitis kronik dengan polip hidung bilateral.",
        plan="Steroid oral pendek, semprot hidung steroid, cuci hidung. CT scan sinus tanpa kontras, "
        "rencana bedah sinus endoskopik. Kontrol 2 minggu.",
        procedures=(Procedure("21.21"),),
        diagnoses=(D("J33.0", B), D("J32.9")),
        findings=(F("middle_meatus", "polyp", B), F("middle_meatus", "pus", B), F("septum", "normal", B)),
        medicines=(
            M("METILP-16", "1 x 2 tablet mane", 14, 7),
            M("MOMETA-SN", "2 x 2 spray", 1, 17, B),
            M("CUCIHDG", "2 x 1 sachet", 28, 14, B),
            M("OMEPRA-20", "1 x 1 capsule ac", 7, 7),
        ),
        visit_type="endoscopy",
        follow_up=14,
    ),
    Scenario(
        key="septum-konka",
        ages=(18, 50),
        share=4,
        lasts=(60, 200),
        problem="Deviasi septum, dipertimbangkan septoplasti",
        subjective="Hidung {sisi} mampet menetap sejak lama, bertambah {hari} hari ini, tidur mengorok, bernapas"
        " lewat mulut. Pernah terbentur bola. Bersin (-).",
        objective="Septum deviasi ke {sisi} dengan spina menyentuh konka. Konka inferior {lain} hipertrofi, "
        "sekret (-). Mukosa merah muda. Tes kapas: menipis sebagian sesudah dekongestan.",
        assessment="Deviasi septum nasi ke {sisi} dengan hipertrofi konka.",
        plan="Semprot hidung steroid 4-6 minggu dan cuci hidung, bila menetap dianjurkan septoplasti dan "
        "reduksi konka. CT scan sinus sebelum operasi.",
        diagnoses=(D("J34.2"), D("J34.3")),
        findings=(F("septum", "deviation", A), F("inferior_turbinate", "hypertrophy", O)),
        medicines=(M("FLUTIK-SN", "1 x 2 spray mane", 1, 30, B), M("CUCIHDG", "2 x 1 sachet", 28, 14, B)),
        follow_up=28,
    ),
    Scenario(
        key="epistaksis-hipertensi",
        ages=(48, 72),
        share=3,
        lasts=(1, 2),
        pressure=42,
        problem="Hipertensi, kontrol ke penyakit dalam",
        subjective="Mimisan dari hidung {sisi} sejak {hari} hari, sudah tiga kali, berhenti bila dipencet. Obat "
        "darah tinggi tidak diminum teratur. Pengencer darah (-), trauma (-).",
        objective="Hidung {sisi}: ekskoriasi dan pelebaran pembuluh darah area Little, perdarahan aktif (-), "
        "bekuan (+). Hidung {lain} tenang. Orofaring: darah mengalir (-).",
        assessment="Epistaksis anterior {sisi} pada hipertensi tidak terkontrol.",
        plan="Kauter perak nitrat area Little {sisi}. Salep antibiotik, jangan mengorek hidung dan "
        "mengejan. Obat tekanan darah dilanjutkan, rujuk penyakit dalam. Cara menghentikan mimisan "
        "diajarkan.",
        diagnoses=(D("R04.0", A), D("I10")),
        findings=(F("nasal_cavity", "bleeding", A), F("nasal_secretion", "blood", A)),
        medicines=(
            M("TRANEK-500", "3 x 1 tablet", 9, 3),
            M("AMLODI-5", "1 x 1 tablet mane", 30, 30),
            M("GENTAM-SLP", "3 x 1 application", 1, 7),
        ),
        takes=(("amlodipin 5 mg", "tidak teratur"),),
        visit_type="procedure",
        control=("Mimisan (-).", "Area Little kering, krusta tipis, perdarahan (-)."),
    ),
    Scenario(
        key="epistaksis-anak",
        ages=(5, 11),
        share=4,
        lasts=(2, 7),
        subjective="Anak mimisan berulang dari hidung {sisi} sejak {hari} hari, terutama malam, berhenti "
        "sendiri. Sering mengorek hidung. Memar (-), gusi berdarah (-).",
        objective="Hidung {sisi}: krusta dan pembuluh darah melebar di septum anterior, perdarahan aktif (-). "
        "Konka tenang. Faring tenang.",
        assessment="Epistaksis anterior berulang {sisi} pada anak, karena trauma korek.",
        plan="Salep oles tipis di septum 7 hari, semprot garam fisiologis, kuku dipotong pendek, pelembap "
        "udara. Cara memencet hidung diajarkan. Kontrol bila berulang.",
        diagnoses=(D("R04.0", A),),
        findings=(F("nasal_cavity", "bleeding", A), F("inferior_turbinate", "normal", B)),
        medicines=(M("GENTAM-SLP", "2 x 1 application", 1, 7), M("NACL-SN", "4 x 2 spray", 1, 7, B)),
    ),
    Scenario(
        key="benda-asing-hidung",
        ages=(3, 6),
        share=3,
        lasts=(1, 4),
        subjective="Anak memasukkan kancing ke hidung {sisi} {hari} hari lalu, hidung berbau dan keluar ingus "
        "satu sisi.",
        objective="Hidung {sisi}: benda asing kancing plastik di depan konka inferior, sekret mukopurulen "
        "berbau. Hidung {lain} tenang. Sesudah ekstraksi: mukosa hiperemis, perdarahan minimal.",
        assessment="Benda asing hidung {sisi}, sudah diekstraksi.",
        plan="Ekstraksi dengan haak berhasil utuh. Tetes garam fisiologis 3 hari. KIE: bahaya baterai "
        "kancing, benda kecil dijauhkan.",
        procedures=(Procedure("98.12", A),),
        diagnoses=(D("T17.1", A),),
        findings=(F("nasal_cavity", "foreign_body", A), F("nasal_secretion", "mucopurulent", A)),
        medicines=(M("NACL-TH", "4 x 2 drop", 1, 3, A),),
        visit_type="procedure",
    ),
    Scenario(
        key="selesma",
        ages=(18, 60),
        share=5,
        lasts=(2, 5),
        temperature=(36.8, 37.9),
        subjective="Pilek, bersin, hidung mampet dan tenggorok gatal sejak {hari} hari, badan pegal. Ingus "
        "bening. Sesak (-), nyeri pipi (-).",
        objective="Konka edema hiperemis, sekret seromukoid kanan-kiri. Faring hiperemis ringan, tonsil T1-T1. "
        "Telinga tenang.",
        assessment="Nasofaringitis akut (common cold).",
        plan="Istirahat, minum cukup, cuci hidung. Obat simtomatik 5 hari, antibiotik belum diperlukan. "
        "Kembali bila demam tinggi, nyeri pipi, atau lebih dari 10 hari.",
        diagnoses=(D("J00"),),
        findings=(
            F("inferior_turbinate", "hypertrophy", B),
            F("nasal_secretion", "serous", B),
            F("posterior_wall", "hyperaemia"),
            F("tonsil", "t1", B),
        ),
        medicines=(
            M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4),
            M("PSETRI-TAB", "3 x 1 tablet pc", 15, 5),
            M("AMBROK-30", "3 x 1 tablet pc", 15, 5),
        ),
    ),
    Scenario(
        key="vestibulitis",
        ages=(18, 60),
        share=3,
        lasts=(2, 5),
        subjective="Lubang hidung {sisi} nyeri dan bengkak sejak {hari} hari, sering mencabut bulu hidung. Demam (-).",
        objective="Vestibulum nasi {sisi}: edema hiperemis, pustula kecil di folikel rambut, krusta. Selulitis "
        "wajah (-). Kavum nasi tenang.",
        assessment="Vestibulitis nasi {sisi} (furunkulosis ringan).",
        plan="Salep antibiotik 7 hari, antibiotik oral 5 hari, kompres hangat, jangan dipencet. Segera "
        "kembali bila wajah bengkak atau nyeri kepala hebat.",
        diagnoses=(D("J34.0", A),),
        findings=(F("nasal_cavity", "crust", A), F("nasal_cavity", "normal", B)),
        medicines=(M("MUPIRO-SLP", "3 x 1 application", 1, 7), M("SEFADR-500", "2 x 1 capsule pc", 10, 5)),
        follow_up=5,
    ),
    Scenario(
        key="rinitis-vasomotor",
        ages=(30, 90),
        share=3,
        lasts=(30, 120),
        problem="Rinitis vasomotor",
        subjective="Hidung mampet bergantian dan ingus encer bila kena udara dingin atau bau menyengat, {hari} "
        "hari ini bertambah karena kantor ber-AC. Bersin jarang, gatal (-).",
        objective="Konka hipertrofi merah tua kanan-kiri, sekret serosa sedikit, septum di tengah. Tes tusuk "
        "kulit sebelumnya negatif.",
        assessment="Rinitis vasomotor.",
        plan="Hindari pencetus, olahraga teratur, cuci hidung, semprot hidung steroid. Tidak memakai "
        "dekongestan semprot jangka panjang.",
        diagnoses=(D("J30.0"),),
        findings=(
            F("inferior_turbinate", "hypertrophy", B),
            F("nasal_secretion", "serous", B),
            F("septum", "normal", B),
        ),
        medicines=(M("BUDESO-SN", "2 x 1 spray", 1, 30, B),),
        follow_up=28,
    ),
    Scenario(
        key="curiga-knf",
        ages=(38, 66),
        share=2,
        lasts=(30, 90),
        problem="Massa nasofaring, menunggu hasil biopsi",
        subjective="Benjolan leher {sisi} membesar sejak {hari} hari tidak nyeri, telinga {sisi} berdenging dan "
        "bindeng, ingus bercampur darah pagi hari. Nyeri kepala (+), berat badan turun.",
        objective="Nasoendoskopi: massa berdungkul di fosa Rosenmuller {sisi} rapuh mudah berdarah. Membran "
        "timpani {sisi} suram retraksi. Leher {sisi}: kelenjar level II 3 cm, padat, terfiksir. Saraf"
        " kranial utuh.",
        assessment="Suspek karsinoma nasofaring dengan pembesaran kelenjar leher {sisi}.",
        plan="Biopsi nasofaring dengan anestesi lokal hari ini, CT scan nasofaring dan leher dengan "
        "kontras, rujuk onkologi sesuai hasil. Keluarga dijelaskan.",
        procedures=(Procedure("21.21"),),
        diagnoses=(D("C11.9", provisional=True), D("R22.1")),
        findings=(
            F("tympanic_membrane", "retraction", A),
            F("tympanic_membrane", "normal", O),
            F("posterior_wall", "postnasal_drip"),
        ),
        medicines=(M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4), M("TRANEK-500", "3 x 1 tablet", 9, 3)),
        visit_type="endoscopy",
    ),
)
