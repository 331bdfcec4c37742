//! What each refusal says to a person, in Arabic, French and English.

use crate::fault::{Code, Fault};
use crate::text::Locale;

impl Fault {
    /// The refusal as a sentence for a person, in her language, with what it turns on.
    pub fn message(&self, locale: Locale) -> String {
        let message = self.code.message(locale);
        self.detail.as_ref().map_or_else(|| message.to_owned(), |detail| format!("{message} ({detail})"))
    }
}

impl Code {
    /// The message for a person, in her language: Arabic, French or English; Arabic for readers of Tamazight.
    pub fn message(self, locale: Locale) -> &'static str {
        let (ar, fr, en) = self.messages();
        match locale {
            Locale::Ar | Locale::Zgh => ar,
            Locale::Fr => fr,
            Locale::En => en,
        }
    }

    fn messages(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Unauthenticated => (
                "رمز الدخول غائب أو منتهي الصلاحية أو غير صالح.",
                "Le jeton d'accès manque, a expiré ou n'est pas valable.",
                "The access token is missing, has expired or does not hold.",
            ),
            Self::Forbidden => {
                ("هذا الإجراء غير مسموح به.", "Cette action n'est pas permise.", "This action is not permitted.")
            }
            Self::NotFound => ("لا وجود لهذا العنصر.", "Cet élément n'existe pas.", "There is no such thing."),
            Self::BadRequest => ("الطلب غير سليم.", "La requête est mal formée.", "The request is not well formed."),
            Self::BadUserInput => (
                "قيمة مُدخلة غير صالحة.",
                "Une valeur donnée n'est pas utilisable.",
                "A value that was given cannot be used.",
            ),
            Self::LimitExceeded => (
                "الطلب يتجاوز الحد المسموح به.",
                "La requête dépasse la limite permise.",
                "The request exceeds what one request may ask.",
            ),
            Self::RateLimited => (
                "طلبات كثيرة؛ أعيدوا المحاولة لاحقا.",
                "Trop de requêtes ; réessayez plus tard.",
                "Too many requests; try again later.",
            ),
            Self::Timeout => {
                ("استغرق الطلب وقتا أطول من اللازم.", "La requête a pris trop de temps.", "The request took too long.")
            }
            Self::Unavailable => (
                "الخدمة غير متاحة حاليا.",
                "Le service n'est pas disponible pour le moment.",
                "The service cannot answer now.",
            ),
            Self::GraphqlParseFailed => {
                ("تعذرت قراءة المستند.", "Le document ne peut pas être lu.", "The document cannot be read.")
            }
            Self::GraphqlValidationFailed => (
                "المستند لا يوافق المخطط.",
                "Le document ne correspond pas au schéma.",
                "The document does not fit the schema.",
            ),
            // Clients of the protocol look for exactly these words.
            Self::PersistedQueryNotFound => {
                ("PersistedQueryNotFound", "PersistedQueryNotFound", "PersistedQueryNotFound")
            }
            Self::PersistedQueryNotSupported => {
                ("PersistedQueryNotSupported", "PersistedQueryNotSupported", "PersistedQueryNotSupported")
            }
            Self::DocumentNotTrusted => (
                "هذا المستند غير معتمد هنا.",
                "Ce document n'est pas admis ici.",
                "This document is not one that is answered here.",
            ),
            Self::UnsupportedMediaType => (
                "نوع المحتوى غير مدعوم.",
                "Ce type de contenu n'est pas pris en charge.",
                "This media type is not understood here.",
            ),
            Self::PayloadTooLarge => {
                ("الطلب كبير جدا.", "La requête est trop volumineuse.", "The request is too large.")
            }
            Self::Internal => ("وقع خطأ داخلي.", "Une erreur interne s'est produite.", "Something failed on our side."),
            Self::InvalidCredentials => (
                "البريد الإلكتروني أو كلمة المرور غير صحيحة.",
                "L'adresse ou le mot de passe n'est pas correct.",
                "The address or the password is not right.",
            ),
            Self::Conflict => (
                "تم تغيير هذا العنصر في هذه الأثناء.",
                "Cet élément a été modifié entre-temps.",
                "It was changed in the meantime.",
            ),
            Self::TextRequired => (
                "النص مطلوب بالعربية أو الفرنسية.",
                "Un texte en arabe ou en français est nécessaire.",
                "A text is needed in Arabic or in French.",
            ),
            Self::TextTooLong => ("النص طويل جدا.", "Le texte est trop long.", "The text is too long."),
            Self::TextUnsafe => (
                "النص يحتوي على رموز غير مقبولة.",
                "Le texte contient des caractères non admis.",
                "The text holds characters that are not accepted.",
            ),
            Self::AmountInvalid => (
                "المبلغ أو الكمية غير صالحة.",
                "Le montant ou la quantité n'est pas valable.",
                "The amount or quantity cannot be used.",
            ),
            Self::SumMismatch => (
                "مجموع المبالغ لا يساوي الإجمالي.",
                "Les montants ne font pas le total.",
                "The amounts do not sum to the whole.",
            ),
            Self::HoursInvalid => {
                ("أوقات العمل غير صالحة.", "Les horaires ne sont pas valables.", "The opening hours cannot be used.")
            }
            Self::DateInvalid => (
                "التاريخ أو الفترة غير صالحة.",
                "La date ou la période n'est pas valable.",
                "The date or period cannot be used.",
            ),
            Self::StatusInvalid => (
                "لا يمكن الانتقال إلى هذه الحالة.",
                "Ce changement de statut n'est pas possible.",
                "It cannot go to that status from where it stands.",
            ),
            Self::BranchPlaceInvalid => (
                "لا يمكن وضع الفرع في هذا المكان.",
                "La section ne peut pas être placée là.",
                "The branch may not be placed there in the tree.",
            ),
            Self::RegisterIdentityRequired => (
                "رقم التسجيل في سجل التعاونيات مطلوب.",
                "L'identité au registre des coopératives est requise.",
                "The identity in the register of cooperatives is needed.",
            ),
            Self::MembersTooFew => {
                ("عدد الأعضاء غير كاف.", "Le nombre de membres est insuffisant.", "There are too few members.")
            }
            Self::GtinInvalid => (
                "رقم المنتج العالمي غير صالح.",
                "Le code GTIN n'est pas valable.",
                "The trade item number fails its check digit.",
            ),
            Self::ProductIncomplete => (
                "ينقص المنتوج شيء قبل تقديمه.",
                "Il manque quelque chose au produit avant qu'il soit soumis.",
                "Something is missing before the product can be submitted.",
            ),
            Self::ContractRequired => (
                "لا يوجد عقد إيداع ساري المفعول بين التعاونية والسوق.",
                "Aucun contrat de dépôt-vente entre la coopérative et le marché n'est en vigueur.",
                "No consignment contract between the cooperative and the market is in force.",
            ),
            Self::ContractOverlaps => (
                "يوجد عقد إيداع آخر لجزء من هذه المدة.",
                "Un autre contrat de dépôt-vente couvre une partie de cette période.",
                "Another consignment contract holds for some of these days.",
            ),
            Self::StockInsufficient => {
                ("الكمية الموجودة غير كافية.", "La quantité en stock est insuffisante.", "Less is on hand.")
            }
            Self::AgreementRequired => (
                "يلزم وجود اتفاقية سارية المفعول.",
                "Une convention en vigueur est nécessaire.",
                "An agreement in force is needed.",
            ),
            Self::AgreementIncomplete => (
                "تنقص الاتفاقية معلومة قبل التوقيع.",
                "Il manque un élément à la convention avant la signature.",
                "Something is missing before the agreement can be signed.",
            ),
            Self::PayerRequired => {
                ("يجب تحديد الجهة المؤدية أولا.", "Le payeur doit d'abord être nommé.", "The payer is needed first.")
            }
            Self::BudgetExceeded => {
                ("المبلغ يتجاوز ما تبقى.", "Le montant dépasse ce qui reste.", "The amount is more than what is left.")
            }
            Self::TrancheUnjustified => (
                "لم تُبرَّر الدفعة السابقة بالقدر المطلوب.",
                "La tranche précédente n'est pas assez justifiée.",
                "The tranche before it is not justified enough.",
            ),
            Self::SdgTargetInvalid => (
                "ليست غاية من غايات التنمية المستدامة.",
                "Ce n'est pas une cible des objectifs de développement durable.",
                "It is no target of the Sustainable Development Goals.",
            ),
            Self::FigureInvalid => (
                "الرقم لا يوافق وحدة المؤشر.",
                "Le chiffre ne convient pas à l'unité de l'indicateur.",
                "The figure does not fit the unit of its indicator.",
            ),
            Self::DisaggregationInvalid => (
                "المؤشر لا يُتتبع حسب هذه الفئة.",
                "L'indicateur n'est pas suivi par ce groupe.",
                "The indicator is not followed by this group.",
            ),
            Self::NotParticipating => (
                "الفرع لا يشارك في البرنامج.",
                "La section ne participe pas au programme.",
                "The branch takes no part in the programme.",
            ),
            Self::SubmissionsMissing => (
                "لم ترسل فروع تابعة أرقامها بعد.",
                "Des sections rattachées n'ont pas encore transmis leurs chiffres.",
                "Branches below have not submitted yet.",
            ),
            Self::FiguresMissing => ("لم يُدخل أي رقم.", "Aucun chiffre n'a été saisi.", "No figures were entered."),
            Self::PeriodOverlaps => (
                "الفترة تتداخل مع فترة أخرى.",
                "La période en recouvre une autre.",
                "The period overlaps with another one.",
            ),
            Self::CeilingExceeded => (
                "المبلغ يتجاوز سقف طلب المشاريع.",
                "Le montant dépasse le plafond de l'appel à projets.",
                "The amount is more than the call for funding allows.",
            ),
            Self::DigestInvalid => (
                "البصمة SHA-256 تتكون من 64 رقما سداسيا عشريا.",
                "Une empreinte SHA-256 a 64 chiffres hexadécimaux.",
                "A SHA-256 has 64 hexadecimal digits.",
            ),
            Self::ChairInvalid => (
                "للجنة القيادة رئيس واحد.",
                "Un comité de pilotage a une seule présidence.",
                "A steering committee has one chair.",
            ),
            Self::QuorumInvalid => (
                "النصاب يكون بين واحد وعدد من لهم حق التصويت.",
                "Le quorum va de un au nombre des membres qui votent.",
                "The quorum is between one and the number of members who have a vote.",
            ),
            Self::QuorumMissing => (
                "لم يكتمل النصاب لاتخاذ القرار.",
                "Le quorum n'est pas atteint pour décider.",
                "Too few members with a vote were present to decide.",
            ),
            Self::FileInvalid => (
                "لا يمكن قراءة الملف: يلزم جدول XLSX أو ملف CSV بترميز UTF-8.",
                "Le fichier ne peut pas être lu : il faut un classeur XLSX ou un fichier CSV en UTF-8.",
                "The file cannot be read: an XLSX workbook or a CSV file in UTF-8 is needed.",
            ),
            Self::ImageInvalid => (
                "لا يمكن قراءة الصورة: يلزم ملف JPEG أو PNG أو WebP كامل.",
                "L'image ne peut pas être lue : il faut un fichier JPEG, PNG ou WebP complet.",
                "The picture cannot be read: a whole JPEG, PNG or WebP file is needed.",
            ),
            Self::ShelterConfidential => (
                "مكان مركز الإيواء لا يُسجَّل في الدليل.",
                "L'emplacement d'un centre d'hébergement n'entre pas dans le répertoire.",
                "Where a shelter is does not belong into the directory.",
            ),
            Self::ConsentRequired => {
                ("لم توافق المعنية على ذلك.", "L'intéressée n'y a pas consenti.", "She has not consented to that.")
            }
            Self::MenuIncomplete => {
                ("القائمة غير مكتملة.", "Il manque quelque chose au menu.", "Something is missing in the menu.")
            }
            Self::ColumnInvalid => (
                "عمود في الجدول ناقص أو غير معروف أو مكرر.",
                "Une colonne du tableau manque, est inconnue ou figure deux fois.",
                "A column of the sheet is missing, unknown or stands there twice.",
            ),
            Self::DuplicateEntry => {
                ("ذُكر العنصر نفسه مرتين.", "Le même élément est nommé deux fois.", "The same thing is named twice.")
            }
            Self::AssignmentInvalid => (
                "هذا التكليف لا يناسب الدور.",
                "Cette affectation ne convient pas au rôle.",
                "The assignment does not fit its role.",
            ),
            Self::RoleNotGrantable => (
                "لا يمكنكم منح هذا الدور أو سحبه هنا.",
                "Vous ne pouvez ni donner ni retirer ce rôle ici.",
                "You may not give or take away this role here.",
            ),
            Self::LastNationalAdmin => (
                "يجب أن تبقى مسؤولة وطنية واحدة على الأقل.",
                "Il doit rester au moins une administratrice nationale.",
                "At least one national administrator must stay.",
            ),
            Self::FourEyesRequired => (
                "يجب أن يقرر في الأمر شخص آخر.",
                "Une autre personne doit en décider.",
                "Another person must decide about it.",
            ),
            Self::TotpRequired => (
                "رمز التحقق الثاني مطلوب.",
                "Le code du second facteur est nécessaire.",
                "The code of the second factor is needed.",
            ),
            Self::TotpEnrolmentRequired => (
                "يجب تفعيل التحقق الثاني أولا.",
                "Le second facteur doit d'abord être activé.",
                "The second factor must be set up first.",
            ),
            Self::TotpInvalid => {
                ("رمز التحقق غير صحيح.", "Le code de vérification n'est pas correct.", "The code is not right.")
            }
            Self::PasswordInvalid => (
                "يجب أن تتكون كلمة المرور من 12 إلى 256 رمزا.",
                "Le mot de passe doit avoir de 12 à 256 caractères.",
                "The password must have 12 to 256 characters.",
            ),
            Self::PasswordUnchanged => (
                "كلمة المرور الجديدة هي نفسها الحالية.",
                "Le nouveau mot de passe est le même que l'actuel.",
                "The new password is the current one.",
            ),
            Self::RoleAlreadyHeld => (
                "تتولى هذه الشخصة هذا الدور هناك في بعض هذه الأيام بالفعل.",
                "Cette personne a déjà ce rôle à cet endroit pendant une partie de ces jours.",
                "The person holds the role there already, on some of these days.",
            ),
            Self::RegisterIdentityTaken => (
                "توجد تعاونية أخرى في هذا الفرع مسجلة بهذا الرقم لدى هذه المحكمة.",
                "Une autre coopérative de cette section porte ce numéro au registre de ce tribunal.",
                "Another cooperative of this branch has this number in the register of this court.",
            ),
            Self::EmailInvalid => (
                "عنوان البريد الإلكتروني غير صالح.",
                "L'adresse électronique n'est pas valable.",
                "The e-mail address cannot be used.",
            ),
            Self::TokenInvalid => (
                "الرابط أو الرمز لم يعد صالحا.",
                "Le lien ou le jeton n'est plus valable.",
                "The link or token no longer holds.",
            ),
            Self::IdempotencyKeyReused => (
                "سبق استعمال هذا المفتاح لطلب آخر.",
                "Cette clé a déjà servi à une autre demande.",
                "This key was used before for another request.",
            ),
            Self::BranchClosed => ("هذا الفرع مغلق.", "Cette section est fermée.", "The branch was closed."),
            Self::BranchNotEmpty => (
                "ما زالت تحت هذا الفرع فروع عاملة.",
                "Des sections actives dépendent encore de celle-ci.",
                "Branches below it still work.",
            ),
            Self::ScopeInvalid => {
                ("الصلاحية المطلوبة غير معروفة.", "La portée demandée n'existe pas.", "There is no such scope.")
            }
            Self::AddressInvalid => {
                ("عنوان الشبكة غير صالح.", "L'adresse réseau n'est pas valable.", "The network address cannot be used.")
            }
            Self::MemberInvalid => (
                "معطيات العضو غير متناسقة.",
                "Les données du membre ne vont pas ensemble.",
                "What is said of the member does not fit together.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;

    #[test]
    fn every_code_speaks_three_languages() {
        for code in Code::ALL {
            let said = [Locale::Ar, Locale::Fr, Locale::En].map(|locale| code.message(locale));
            assert!(said.iter().all(|text| !text.is_empty()), "{code}");
            let is_fixed = matches!(code, Code::PersistedQueryNotFound | Code::PersistedQueryNotSupported);
            assert_eq!(is_fixed, said[0] == said[1] || said[1] == said[2], "{code}");
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }
}
