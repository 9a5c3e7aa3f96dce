rule Vigie_WannaCry_Domaine_Arret
{
    meta:
        author = "Vigie"
        description = "Kill-switch domain of WannaCry written in a file: in a program a strong sign, in a log an infected machine, in a report only a mention"
        reference = "https://www.ncsc.gov.uk/guidance/ransomware-guidance-enterprise-administrators"
        tlp = "CLEAR"
        confidence = 70
    strings:
        $first = "iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea" nocase ascii wide
        $second = "ifferfsodp9ifjaposdfjhgosurijfaewrwergwea" nocase ascii wide
    condition:
        any of them
}
